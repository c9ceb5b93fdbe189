"""Every view of the console, empty and full, on a desk and on a phone, in both themes: nothing to stumble over."""

from __future__ import annotations

import pytest

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_people_take_over import handed_over
from tests.flows.test_phone import PHONE
from tests.flows.test_search import field


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_no_view_has_a_serious_fault(
    customer: Customer, stage: Stage, demo: DemoServer, theme: str, options: dict[str, object]
) -> None:
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru", color_scheme=theme, **options)
    assert_no_faults(olga.page)  # nobody waits
    customer.say("Какие у вас тарифы?")
    customer.hears("«Искра»: 100 Мбит/с")
    handed_over(customer, olga)
    olga.write("Добрый день")
    assert_no_faults(olga.page)  # being sent
    customer.sees("Добрый день", author="operator")
    for key, closes in (("Alt+t", True), ("Alt+m", True), ("Alt+p", False), ("Alt+o", False), ("Alt+o", False)):
        olga.page.keyboard.press(key)
        assert_no_faults(olga.page)
        if closes:
            olga.page.keyboard.press("Escape")
    olga.page.go_back()
    for question in ("тариф", "граммофон"):
        field(olga).fill(question)
        olga.page.wait_for_load_state("networkidle")
        assert_no_faults(olga.page)
