# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages as a person meets them."""

from __future__ import annotations

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ansible_collections.rimops.insight.tests.unit.made_checks import HOSTILE, MEND, full_check

ALL = len(full_check().rows)
NAMES = ("check", "fleet", "comparison", "plan", "evidence", "qualification", "hostile")


def told(page):
    """How many entities the page says it shows."""
    return page.locator("#count").inner_text()


def shown(page):
    """The names of the entities that are shown."""
    return page.locator(".group:not([hidden]) li:not([hidden]) b").all_inner_texts()


@pytest.mark.proves("REPORT-11")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_accessible_in_light_and_dark(opened, screenshots, name, scheme):
    page = opened(name, color_scheme=scheme)
    page.screenshot(path=screenshots / f"{name}-{scheme}.png", full_page=True)
    found = Axe().run(page)
    assert found.response["passes"]
    assert [f"{one['id']}: {one['nodes'][0]['html']}" for one in found.response["violations"]] == []


@pytest.mark.proves("REPORT-11")
def test_the_large_page_is_accessible(opened, screenshots):
    page = opened("large")
    page.screenshot(path=screenshots / "large-light.png")
    options = {"runOnly": ["wcag2a", "wcag2aa"], "resultTypes": ["violations"]}
    assert [
        one["id"]
        for one in Axe().run(page, context="header, #filter, #g1 > h3", options=options).response["violations"]
    ] == []


def show_everything(page):
    """Take all filters away, and wait for that: a browser resets a form after its button's event."""
    page.get_by_role("button", name="Show everything").click()
    expect(page.locator("#count")).to_have_text(f"{ALL} of {ALL} entities are shown.")


@pytest.mark.proves("REPORT-12")
def test_entities_are_filtered_and_searched(opened):
    page = opened("check")
    assert told(page) == f"{ALL} of {ALL} entities are shown."
    page.locator("#text").fill("MARKETING authorisation")
    assert shown(page) == ["event Initial filing"]
    page.locator("#text").fill("no such thing")
    assert (shown(page), told(page)) == ([], f"0 of {ALL} entities are shown.")
    show_everything(page)
    page.get_by_role("combobox", name="Type").select_option("renewal")
    assert shown(page) == ["renewal R-7"]
    show_everything(page)
    page.get_by_role("checkbox", name="As declared").uncheck()
    assert told(page) == f"7 of {ALL} entities are shown."
    assert "event Milestone 01" not in shown(page) and "event Initial filing" in shown(page)
    show_everything(page)


@pytest.mark.proves("REPORT-12")
def test_the_systems_of_a_fleet_are_told_apart(opened):
    page = opened("fleet")
    page.get_by_role("combobox", name="System").select_option("PRODUCTION")
    assert shown(page) == []
    assert page.get_by_text("Cannot log in: the server is down.").first.is_visible()
    page.get_by_role("combobox", name="System").select_option("VALIDATION")
    assert len(shown(page)) == ALL


@pytest.mark.proves("REPORT-17", "DRIFT-2")
def test_a_comparison_says_at_its_top_what_was_not_compared(opened):
    page = opened("comparison")
    top = page.locator("header")
    for text in ("Different", "Not compared: 1 type.", "Not looked for: other entities of 1 type."):
        assert top.get_by_text(text).first.is_visible(), text
    assert page.get_by_text("They are in PRODUCTION and not in VALIDATION.").is_visible()


@pytest.mark.proves("REPORT-12")
def test_the_findings_of_a_qualification_are_filtered(opened):
    page = opened("qualification")
    assert told(page) == "4 of 4 findings are shown."
    page.get_by_role("combobox", name="Part").select_option("Cycle in the sandbox")
    assert told(page) == "2 of 4 findings are shown."
    assert shown(page) == ["Delete", "Create"]


@pytest.mark.proves("REPORT-11")
def test_the_keyboard_is_enough(opened):
    page = opened("large")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the entities"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.type("Entity 00012")
    first = page.locator(".group li:not([hidden]) details").first
    for _press in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    assert first.get_attribute("open") is None
    page.keyboard.press("Enter")
    assert first.get_attribute("open") == ""
    assert first.get_by_text("Initial authorisation application 12").is_visible()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.proves("REPORT-12")
def test_a_command_is_copied(opened):
    page = opened("check", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy command").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == MEND


@pytest.mark.proves("REPORT-13")
def test_what_is_filtered_in_is_printed_unfolded_and_nothing_else(opened, screenshots):
    page = opened("check")
    page.get_by_role("button", name="Fold all", exact=True).click()
    page.get_by_role("checkbox", name="As declared").uncheck()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".group:not([hidden]) details.row:not([open])").count() == 0  # not every browser obeys the CSS
    page.screenshot(path=screenshots / "check-print.png", full_page=True)
    cell = page.get_by_text("Initial marketing authorisation application").first
    assert cell.is_visible()
    assert all(one.is_visible() for one in page.locator("details.more").all())
    assert not page.get_by_text("event Milestone 01").is_visible()
    assert not page.locator("#filter").is_visible()
    assert page.get_by_text(f"7 of {ALL} entities are shown.").is_visible()
    page.pdf(path=screenshots / "check.pdf")  # tells the page that it was printed
    page.emulate_media(media="screen")
    assert not cell.is_visible()


@pytest.mark.proves("REPORT-13")
def test_without_javascript_all_is_there_and_is_printed_unfolded(opened):
    page = opened("large", java_script_enabled=False)
    assert page.locator(".group li").count() == 10_000
    assert not page.locator("#filter").is_visible()
    first = page.locator("details.row").first
    assert not first.get_by_text("Initial authorisation application").is_visible()
    first.locator("summary").first.click()
    assert first.get_by_text("Initial authorisation application").is_visible()
    page.emulate_media(media="print")
    assert page.locator("details.row").nth(1).get_by_text("Initial authorisation application").is_visible()


@pytest.mark.proves("REPORT-5")
def test_what_stands_in_a_value_is_a_text(opened):
    page = opened("hostile")
    names = page.locator("li b").all_inner_texts()
    for text in (
        "<script>alert(1)</script>",
        "</script><img src=x onerror=alert(1)>",
        "abc\\u202edef\\u2066ghi\\u200b",
    ):
        assert text in names
    assert page.locator("li").count() == len(HOSTILE)
    assert page.locator("img, li b script, body iframe").count() == 0


@pytest.mark.proves("REPORT-11")
@pytest.mark.parametrize("name", NAMES)
def test_a_narrow_screen_needs_no_scrolling_sideways(opened, screenshots, name):
    page = opened(name, viewport={"width": 360, "height": 800})
    page.screenshot(path=screenshots / f"{name}-narrow.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


MEASURE = """async ([id, value]) => {
    const field = document.getElementById(id), began = performance.now();
    field.value = value;
    field.dispatchEvent(new Event("input", {bubbles: true}));
    document.body.offsetHeight;
    const laid = performance.now();
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    return [laid - began, performance.now() - began].map(Math.round);
}"""


@pytest.mark.proves("REPORT-14")
def test_ten_thousand_entities_are_no_burden(opened, pages):
    size = pages("large").stat().st_size
    began = time.perf_counter()
    page = opened("large")
    print(f"\n10,000 entities, 2,000 drifted: {size / 1e6:.2f} MB, opened in {time.perf_counter() - began:.2f} s")
    for what, value in (
        ("text", "Entity 0012"),
        ("text", "authorisation"),
        ("text", ""),
        ("type", "event"),
        ("type", ""),
    ):
        laid, painted = page.evaluate(MEASURE, [what, value])
        print(f"{what} {value!r}: laid out after {laid} ms, painted after {painted} ms: {told(page)}")
    assert told(page) == "10,000 of 10,000 entities are shown."
    page.locator("#text").fill("Initial authorisation application 1999")
    assert told(page) == "1 of 10,000 entities are shown."
    assert size < 5_000_000
