"""What a browser calls itself, said for people: which browser, on which system.

A browser's own text is long and claims to be many others; the most particular name in it counts.
Only for showing where somebody is signed in: nothing is decided by it.
"""

import re
from dataclasses import dataclass

# The most particular first: everybody says Chrome and Safari, Edge and 360 say so besides.
_BROWSERS = (
    (r"MicroMessenger/([\d.]+)", "微信", "WeChat"),
    (r"(?:DingTalk|AliApp\(DingTalk)/([\d.]+)", "钉钉", "DingTalk"),
    (r"QIHU 360(?:SE|EE|ENT)|360(?:SE|EE|ENT)|QihooBrowser/([\d.]+)", "360浏览器", "360 Browser"),
    (r"Qaxbrowser/?([\d.]*)", "奇安信浏览器", "Qi-Anxin Browser"),
    (r"UOSBrowser/?([\d.]*)|UBrowser/?([\d.]*)", "统信浏览器", "UOS Browser"),
    (r"MetaSr ([\d.]+)", "搜狗浏览器", "Sogou Browser"),
    (r"QQBrowser/([\d.]+)", "QQ浏览器", "QQ Browser"),
    (r"Edg(?:e|A|iOS)?/([\d.]+)", "Edge", "Edge"),
    (r"OPR/([\d.]+)", "Opera", "Opera"),
    (r"Firefox/([\d.]+)|FxiOS/([\d.]+)", "Firefox", "Firefox"),
    (r"(?:HeadlessChrome|CriOS|Chrome|Chromium)/([\d.]+)", "Chrome", "Chrome"),
    (r"Version/([\d.]+).*Safari", "Safari", "Safari"),
    (r"MSIE ([\d.]+)|Trident/.*rv:([\d.]+)", "IE", "Internet Explorer"),
)
_SYSTEMS = (
    (r"HarmonyOS|OpenHarmony", "鸿蒙", "HarmonyOS"),
    (r"Android ([\d]+)?", "安卓", "Android"),
    (r"iPhone|iPad|iPod", "iOS", "iOS"),
    (r"Windows NT 10", "Windows 10/11", "Windows 10/11"),
    (r"Windows NT 6\.1", "Windows 7", "Windows 7"),
    (r"Windows", "Windows", "Windows"),
    (r"Mac OS X|Macintosh", "macOS", "macOS"),
    (r"UOS|Uos", "统信 UOS", "UOS"),
    (r"Kylin", "麒麟", "Kylin"),
    (r"CrOS", "ChromeOS", "ChromeOS"),
    (r"Linux|X11", "Linux", "Linux"),
)


@dataclass(frozen=True)
class Agent:
    """Browser and system by their names in both languages; empty where nothing is recognised."""

    browser: str = ""
    browser_en: str = ""
    system: str = ""
    system_en: str = ""


def agent_of(text: str) -> Agent:
    """The browser and the system behind a User-Agent text."""
    browser, browser_en = _browser(text)
    system, system_en = _system(text)
    return Agent(browser, browser_en, system, system_en)


def _browser(text: str) -> tuple[str, str]:
    for pattern, name, name_en in _BROWSERS:
        found = re.search(pattern, text)
        if found:
            version = next((group for group in found.groups() if group), "").split(".")[0]
            return f"{name} {version}".strip(), f"{name_en} {version}".strip()
    return "", ""


def _system(text: str) -> tuple[str, str]:
    for pattern, name, name_en in _SYSTEMS:
        if re.search(pattern, text):
            return name, name_en
    return "", ""
