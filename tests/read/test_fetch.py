"""Attacks on fetching, from a site on loopback; each ends in a reason, soon, and with little in memory."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.read import fetch as fetching
from app.read.fetch import FetchError, Limits, fetch
from tests.site import Site, serve_site


def refused(url: str, limits: Limits) -> str:
    with pytest.raises(FetchError) as error:
        fetch(url, limits)
    return str(error.value)


def test_a_page_comes_with_what_its_headers_say(site: Site) -> None:
    url = site.page("/story", "<p>Grüße", ETag='"7"', Last_Modified="Tue, 24 Nov 2026 08:00:00 GMT", Retry_After="90")
    found = fetch(url, site.limits())
    assert (found.status, found.url, found.body.decode()) == (200, url, "<p>Grüße")
    assert (found.etag, found.last_modified) == ('"7"', "Tue, 24 Nov 2026 08:00:00 GMT")
    assert (found.content_type, found.retry_after) == ("text/html; charset=utf-8", 90)
    assert site.headers["/story"]["User-Agent"] == "Newsgloss (+test)"
    assert site.headers["/story"]["Host"] == f"127.0.0.1:{site.port}"


def test_what_is_known_already_is_not_sent_again(site: Site) -> None:
    url = site.feed("/feed", "<rss/>", etag='"7"')
    assert fetch(url, site.limits()).body == b"<rss/>"
    again = fetch(url, site.limits(), etag='"7"')
    assert (again.status, again.body) == (304, b"")


def test_a_stored_etag_cannot_smuggle_a_header_in(site: Site) -> None:
    fetch(site.page("/", ""), site.limits(), etag='"7"\r\nX-Evil: yes')
    assert not {"X-Evil", "If-None-Match"} & set(site.headers["/"])


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
def test_errors_are_answers_without_a_body(site: Site, status: int) -> None:
    found = fetch(site.status("/gone", status, Retry_After="Tue, 24 Nov 2099 08:00:00 GMT"), site.limits())
    assert (found.status, found.body) == (status, b"")
    assert found.retry_after is not None
    assert found.retry_after > 1_000_000


@pytest.mark.parametrize("value", ["", "soon", "-1", "\u0665", "Tue, 99 Nov 2026"])
def test_a_strange_retry_after_is_none(value: str) -> None:
    assert fetching._seconds(value) is None


def test_redirects_are_followed_and_permanent_ones_remembered(site: Site) -> None:
    end = site.page("/new", "<p>Here")
    site.redirect("/old", "/new", 301)
    site.redirect("/older", "old", 308)
    found = fetch(site.url + "/older", site.limits())
    assert (found.url, found.url_permanent, found.body) == (end, end, b"<p>Here")
    site.redirect("/login", "/older", 302)
    assert fetch(site.url + "/login", site.limits()).url_permanent == site.url + "/login"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data/", "private or reserved"),
        ("http://[::ffff:169.254.169.254]/", "private or reserved"),
        ("http://10.0.0.1:8080/", "private or reserved"),
        ("//192.168.0.1/", "private or reserved"),
        ("http://2852039166/", "private or reserved"),
        ("file:///etc/passwd", "no http or https address"),
        ("gopher://127.0.0.1/", "no http or https address"),
        ("http://user:pass@127.0.0.1/", "user name or password"),
        ("http://127.0.0.1:22/", "port 22 is not asked"),
        ("http://[::1/", "no address"),
        ("http://exa mple/", "no address"),
        ("/loop", "redirects more than 5 times"),
    ],
)
def test_a_redirect_leads_nowhere_that_an_address_could_not(site: Site, target: str, reason: str) -> None:
    assert reason in refused(site.redirect("/loop", target), site.limits())


def test_a_redirect_in_utf8_is_followed(site: Site) -> None:
    site.page("/caf%C3%A9", "<p>Open")
    site.raw("/go", b"HTTP/1.1 302 Found\r\nLocation: /caf\xc3\xa9\r\nContent-Length: 0\r\n\r\n")
    assert fetch(site.url + "/go", site.limits()).body == b"<p>Open"


def test_loopback_is_closed_unless_a_test_opens_it(site: Site) -> None:
    site.page("/", "secret")
    assert "private or reserved" in refused(site.url, site.limits(allow_loopback=False))
    assert not site.asked
    assert not Settings.model_fields["fetch_allow_loopback"].default


def test_a_name_is_looked_up_once_and_the_checked_address_is_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    # A name that answers with a harmless address first and another one after (DNS rebinding).
    answers = iter(["127.0.0.1", "10.0.0.1"])

    def resolver(host: str, port: int, **_: Any) -> list[Any]:
        assert host == "news.example"
        return [(0, 0, 0, "", (next(answers), port))]

    monkeypatch.setattr("app.read.hosts.getaddrinfo", resolver)
    site.page("/", "<p>Here")
    assert fetch(f"http://news.example:{site.port}/", site.limits()).status == 200
    assert site.headers["/"]["Host"] == f"news.example:{site.port}"
    assert "private or reserved" in refused(f"http://news.example:{site.port}/", site.limits())


def test_the_next_address_is_tried_where_one_does_not_answer(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [(0, 0, 0, "", (address, 0)) for address in ("127.9.9.9", "127.0.0.1")]
    monkeypatch.setattr("app.read.hosts.getaddrinfo", lambda *_, **__: places)
    site.page("/", "<p>Here")
    assert fetch(f"http://news.example:{site.port}/", site.limits()).status == 200


def test_a_resolver_that_hangs_is_left_behind(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.read.hosts.getaddrinfo", lambda *_, **__: site.closing.wait() and [])
    assert "could not be looked up in time" in refused("http://news.example/", site.limits(timeout=0.2))


def test_an_answer_that_drips_in_is_cut_at_the_deadline(site: Site) -> None:
    limits = site.limits(timeout=0.3)
    for url in (site.drip("/body"), site.drip("/headers", headers_too=True), site.silent("/nothing")):
        assert "within 0.3 seconds" in refused(url, limits)


def test_what_is_too_large_is_not_read_to_its_end(site: Site) -> None:
    limits = site.limits(max_bytes=100_000)
    assert "larger than 100,000 bytes" in refused(site.page("/large", bytes(100_001)), limits)
    assert len(fetch(site.page("/just", bytes(100_000)), limits).body) == 100_000


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_packed_page_is_unpacked_and_a_bomb_refused(site: Site, coding: str) -> None:
    assert len(fetch(site.bomb("/fine", 1, coding), site.limits()).body) == 1 << 20
    assert "larger than" in refused(site.bomb("/bomb", 100, coding), site.limits())


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
def test_other_packings_are_not_unpacked(site: Site, coding: str) -> None:
    assert "packed in a way" in refused(site.page("/", "x", Content_Encoding=coding), site.limits())


def test_damaged_and_broken_answers_are_said(site: Site) -> None:
    limits = site.limits()
    assert "is damaged" in refused(site.page("/damaged", "no gzip", Content_Encoding="gzip"), limits)
    assert "broke the connection" in refused(site.cut_off("/half"), limits)
    assert "broke the connection" in refused(site.raw("/garbage", b"\0\xff garbage\r\n\r\n"), limits)
    assert "broke the connection" in refused(site.raw("/empty", b""), limits)
    many = b"HTTP/1.1 200 OK\r\n" + b"X-Much: more\r\n" * 1000 + b"\r\n"
    assert "broke the connection" in refused(site.raw("/headers", many), limits)


@pytest.mark.parametrize(
    "url",
    ["", "news", "ftp://news.example/", "javascript:alert(1)", "http://", "http:///x", "https://a b/", "http://\\x/",
     "http://news.example:99999/", "http://[::1", "data:,x", "//news.example/", "http://\u2100.example/\0"],
)  # fmt: skip
def test_what_is_no_address_is_said(url: str) -> None:
    assert "no " in refused(url, Limits("test"))


def test_the_environments_proxies_do_not_count(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert fetch(site.page("/", "<p>Here"), site.limits()).status == 200


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that proves to be news.example, to those who trust the test's own authority."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=test", "-addext", "subjectAltName=DNS:news.example", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    places = [(0, 0, 0, "", ("127.0.0.1", 0))]
    monkeypatch.setattr("app.read.hosts.getaddrinfo", lambda *_, **__: places)
    fetching._tls.cache_clear()
    with serve_site(server) as served:
        yield served
    fetching._tls.cache_clear()


def test_a_host_must_prove_its_own_name_though_its_address_is_asked(secure: Site) -> None:
    secure.page("/", "<p>Here")
    assert fetch(f"https://news.example:{secure.port}/", secure.limits()).body == b"<p>Here"
    assert "does not prove who it is" in refused(f"https://other.example:{secure.port}/", secure.limits())


def test_no_redirect_leads_from_https_to_http(secure: Site, site: Site) -> None:
    secure.redirect("/", site.page("/", "<p>Here"))
    assert "from https to http" in refused(f"https://news.example:{secure.port}/", secure.limits())
