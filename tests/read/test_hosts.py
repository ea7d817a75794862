import pytest

from app.read.hosts import FetchError, addresses_of, is_public

INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.88.99.1",
    "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::1", "5f00::1",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_the_public_internet_is_never_asked(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_public_internet_is_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "0"])
def test_no_way_of_writing_an_address_hides_it(host: str) -> None:
    with pytest.raises(FetchError, match="private or reserved"):
        addresses_of(host, 80, seconds=5)


def test_one_private_answer_among_public_ones_refuses_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(0, 0, 0, "", ("93.184.216.34", 80)), (0, 0, 0, "", ("10.0.0.1", 80))]
    monkeypatch.setattr("app.read.hosts.getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(FetchError, match=r"10\.0\.0\.1"):
        addresses_of("news.example", 80, seconds=5)


def test_the_setting_for_tests_opens_loopback_and_nothing_else() -> None:
    assert addresses_of("127.0.0.1", 80, seconds=5, allow_loopback=True) == ["127.0.0.1"]
    with pytest.raises(FetchError):
        addresses_of("10.0.0.1", 80, seconds=5, allow_loopback=True)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "x" * 300])
def test_a_name_without_an_address_is_said(host: str) -> None:
    with pytest.raises(FetchError, match="there is no host"):
        addresses_of(host, 80, seconds=5)
