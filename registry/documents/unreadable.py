"""What a file that cannot be read is answered with: a sentence, never a traceback.

This folder knows no floor above it, so the refusal of a file is its own exception; the pages and
the command line show its sentence as they show those of the rules.
"""

from collections.abc import Mapping


def sentence(text: str) -> str:
    """Mark a sentence for the translators' catalogue; comes out as it went in."""
    return text


# Kept beside the codes so that the child process sends a code and numbers, never a sentence.
SENTENCES: dict[str, str] = {
    "file-empty": sentence("文件是空的。请确认选择的文件，重新保存后再上传。"),
    "file-cut-off": sentence(
        "文件不完整，可能没有传完或没有保存好。请用表格软件打开，另存为 .xlsx 后再上传。"
    ),
    "file-has-a-password": sentence("文件设有密码，无法读取。请取消密码，另存为 .xlsx 后再上传。"),
    "file-declares-a-doctype": sentence(
        "文件内含文档类型声明（DOCTYPE），正常的表格没有这种内容，因此没有读取。"
        "请把内容复制到新建的表格中，另存为 .xlsx 后再上传。"
    ),
    "file-too-large": sentence("文件超过 %(limit)s MB。请只保留名册内容，或分成几个文件上传。"),
    "file-unpacks-too-large": sentence(
        "文件解压后超过 %(limit)s MB，不像一份名册。请只保留名册内容，另存为 .xlsx 后再上传。"
    ),
    "file-has-too-many-parts": sentence(
        "文件内部有超过 %(limit)s 个组成部分，不像一份名册。请只保留名册内容，另存后再上传。"
    ),
    "too-many-cells": sentence(
        "表格有内容超出 %(columns)s 列、%(rows)s 行的范围。"
        "请删除多余的行和列（包括远处的零星单元格），或分成几个文件上传。"
    ),
    "cell-too-long": sentence(
        "有单元格的文字超过 %(limit)s 个字符。请找出并缩短这个单元格的内容后再上传。"
    ),
    "file-too-costly": sentence(
        "读取这个文件需要的时间或内存超过了允许的限度，不像一份名册。"
        "请把内容复制到新建的表格中，另存为 .xlsx 后再上传。"
    ),
    "file-is-a-web-page": sentence(
        "文件的内容是网页或 XML，不是表格，虽然名称可能像表格。"
        "请用表格软件打开，另存为 .xlsx 后再上传。"
    ),
    "file-is-another-spreadsheet": sentence(
        "这种格式的表格（例如 .ods、.xlsb）不能读取。请另存为 .xlsx、.xls 或 .csv 后再上传。"
    ),
    "file-not-a-spreadsheet": sentence(
        "文件的内容不是表格。请上传 .xlsx、.xls 或 .csv 文件（.csv 用 UTF-8 或 GB18030 编码）。"
    ),
}


class Unreadable(Exception):
    """A file that is not read: ``code``, the Chinese ``template`` and the ``values`` it needs."""

    def __init__(self, code: str, values: Mapping[str, object] | None = None) -> None:
        self.code = code
        self.template = SENTENCES[code]
        self.values: Mapping[str, object] = dict(values or {})
        super().__init__(code)

    @property
    def sentence(self) -> str:
        """The Chinese sentence with its values filled in."""
        return self.template % self.values if self.values else self.template
