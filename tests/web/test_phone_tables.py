"""Rows as cards on phones: cells tell their heading, empty ones say so, a state stands out."""

from markupsafe import Markup

from registry.web.phone_tables import for_phones

TABLE = Markup(
    '<thead><tr><th scope="col">姓名</th><th>证号 "新"</th><th>state</th><th>电话</th></tr></thead>'
    '<tbody><tr class="x"><td class="name"><a href="/p">陈大文</a></td><td>103 &lt;</td>'
    '<td><span class="state good">有效</span></td><td>—</td></tr></tbody>'
)


def test_each_cell_but_the_name_tells_its_heading() -> None:
    html = for_phones(TABLE)
    assert '<td class="name"><a href="/p">陈大文</a></td>' in html
    assert '<td data-label="证号 &quot;新&quot;">103 &lt;</td>' in html
    assert '<td data-label="State" data-state><span class="state good">' in html
    assert '<td data-label="电话" data-empty>—</td>' in html
    assert html.startswith(str(TABLE).partition("<tbody>")[0]), "the head was changed"


def test_a_number_in_front_tells_its_heading_too() -> None:
    html = for_phones(
        Markup(
            "<thead><tr><th>行</th><th>姓名</th></tr></thead>"
            '<tbody><tr><td class="number">7</td><td>王</td></tr></tbody>'
        )
    )
    assert '<td class="number" data-label="行">7</td><td data-label="姓名">王</td>' in html


def test_a_table_without_a_head_stays_as_it_is() -> None:
    plain = Markup("<tbody><tr><td>1</td></tr></tbody>")
    assert for_phones(plain) == plain
