"""What a browser calls itself, said for people."""

import pytest

from registry.rules.user_agents import Agent, agent_of

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("text", "browser", "system"),
    [
        (f"{WINDOWS} Chrome/120.0.6099.71 Safari/537.36", "Chrome 120", "Windows 10/11"),
        (f"{WINDOWS} Chrome/120.0 Safari/537.36 Edg/119.0.1", "Edge 119", "Windows 10/11"),
        (f"{WINDOWS} Chrome/86.0 Safari/537.36 QIHU 360SE", "360浏览器", "Windows 10/11"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; UOS) AppleWebKit/537.36 Chrome/86.0 Safari/537.36 "
            "UOSBrowser/5.2",
            "统信浏览器 5",
            "统信 UOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 12; HarmonyOS) AppleWebKit/537.36 Chrome/99.0 Mobile "
            "Safari/537.36 MicroMessenger/8.0.40",
            "微信 8",
            "鸿蒙",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
            "Version/17.0 Mobile/15E148 Safari/604.1",
            "Safari 17",
            "iOS",
        ),
        (
            "Mozilla/5.0 (X11; Ubuntu; rv:109.0) Gecko/20100101 Firefox/115.0",
            "Firefox 115",
            "Linux",
        ),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "IE 11", "Windows 7"),
        ("curl/8.5", "", ""),
        ("", "", ""),
    ],
)
def test_the_most_particular_name_counts(text: str, browser: str, system: str) -> None:
    agent = agent_of(text)
    assert (agent.browser, agent.system) == (browser, system)


def test_both_languages_name_the_same() -> None:
    assert agent_of(f"{WINDOWS} Chrome/86.0 QQBrowser/11.2") == Agent(
        "QQ浏览器 11", "QQ Browser 11", "Windows 10/11", "Windows 10/11"
    )
