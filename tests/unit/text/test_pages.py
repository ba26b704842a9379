"""Every page carries a content security policy under which nothing of others runs."""

import base64
import hashlib
import json
import re

from shared_ecr.text.pages import page

HOSTILE = "</script><script>alert(1)</script><!--"


def test_a_page_loads_nothing() -> None:
    assert "default-src 'none'" in page("A page", "", ["<p>text</p>"])


def test_a_page_without_a_script_runs_none() -> None:
    assert "script-src" not in page("A page", "", [])


def test_only_the_script_of_the_page_runs() -> None:
    text = page("A page", "", [], script="show();", data={})
    (script,) = re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)
    expected = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{expected}'" in text
    assert "script-src 'unsafe-inline'" not in text


def test_data_cannot_end_its_block() -> None:
    text = page("A page", "", [], script="show();", data={"name": HOSTILE})
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, flags=re.DOTALL)
    assert json.loads(data) == {"name": HOSTILE}
    assert text.count("<script") == 2


def test_a_title_is_no_markup() -> None:
    assert "<title>&lt;b&gt;</title>" in page("<b>", "", [])
