import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.client.http.challenges import BearerChallenge, parse_challenge
from shared_ecr.client.http.egress import ca_bundle, proxy_for
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE, Endpoint, endpoint_of
from shared_ecr.client.http.retries import seconds_to_wait
from shared_ecr.findings.errors import RefusedError, UsageError
from shared_ecr.model.names import RegistryHost

ECR = RegistryHost.parse("123456789012.dkr.ecr.us-east-1.amazonaws.com")
REMOTE = Endpoint(RegistryHost.parse("r.example.com"), "https://r.example.com")
LOCAL = Endpoint(RegistryHost.parse("127.0.0.1:5000"), "http://127.0.0.1:5000")
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"(https?:)?//[a-z0-9.@:\[\]%\\-]{0,30}(/[^\n]{0,20})?", fullmatch=True),
)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        (str(ECR), f"https://{ECR}"),
        ("registry.example.com:8443", "https://registry.example.com:8443"),
        ("127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("localhost:5000", "http://localhost:5000"),
        ("localhost.example.com", "https://localhost.example.com"),
        ("docker.io", "https://registry-1.docker.io"),
        ("public.ecr.aws", "https://public.ecr.aws"),
    ],
)
def test_plain_http_is_spoken_to_this_machine_alone(host: str, url: str) -> None:
    assert endpoint_of(RegistryHost.parse(host), {}).url == url


def test_the_stand_in_serves_hosts_of_ecr() -> None:
    endpoint = endpoint_of(ECR, {ENDPOINT_VARIABLE: "http://127.0.0.1:4566/"})
    assert (endpoint.url, endpoint.host_header) == ("http://127.0.0.1:4566", str(ECR))


def test_the_stand_in_does_not_serve_other_registries() -> None:
    host = RegistryHost.parse("registry.example.com")
    assert endpoint_of(host, {ENDPOINT_VARIABLE: "http://127.0.0.1:4566"}).url == "https://registry.example.com"


@pytest.mark.parametrize(
    "text",
    ["http://10.0.0.1:4566", "https://example.com", "127.0.0.1:4566", "http://127.0.0.1:x", "http://a@127.0.0.1",
     "http://127.0.0.1/path", "http://127.0.0.1.example.com", "ftp://127.0.0.1"],
)  # fmt: skip
def test_a_stand_in_that_is_not_on_this_machine_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=ENDPOINT_VARIABLE):
        endpoint_of(ECR, {ENDPOINT_VARIABLE: text})


@pytest.mark.parametrize(
    "location", ["/v2/x?a=b", "https://r.example.com/v2/x?a=b", "https://R.example.com:443/v2/x?a=b"]
)
def test_an_upload_location_on_the_registry_is_taken(location: str) -> None:
    assert REMOTE.owns(REMOTE.upload_location("https://r.example.com/v2/a/blobs/uploads/", location))


@pytest.mark.parametrize("location", ["http://r.example.com/x", "https://r.example.com:444/x", "https://s3.example/x"])
def test_an_upload_location_elsewhere_is_refused(location: str) -> None:
    with pytest.raises(RefusedError, match="nothing was sent there"):
        REMOTE.upload_location("https://r.example.com/v2/a/blobs/uploads/", location)


def test_a_refused_location_is_reported_without_its_query() -> None:
    with pytest.raises(RefusedError) as caught:
        REMOTE.upload_location("https://r.example.com/", "https://s3.example/x?X-Amz-Signature=secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("location", ["https://s3.eu-central-1.amazonaws.com/b?sig=1", "/v2/elsewhere"])
def test_a_read_is_redirected_over_https(location: str) -> None:
    assert REMOTE.redirect("https://r.example.com/v2/x", location).startswith("https://")


@pytest.mark.parametrize(
    "location",
    ["http://s3.example/x", "https://127.0.0.1/x", "https://169.254.169.254/latest", "https://10.1.2.3/x",
     "https://[::1]/x", "https://localhost/x", "https://[fe80::1]/x", "file:///etc/passwd", "https://u:p@s3.example/"],
)  # fmt: skip
def test_a_read_is_not_redirected_to_plain_http_or_inside(location: str) -> None:
    with pytest.raises(RefusedError):
        REMOTE.redirect("https://r.example.com/v2/x", location)


@given(HOSTILE)
def test_no_location_leads_an_upload_off_the_registry(location: str) -> None:
    for endpoint in (REMOTE, LOCAL):
        try:
            url = endpoint.upload_location(f"{endpoint.url}/v2/a/blobs/uploads/", location)
        except RefusedError:
            continue
        assert endpoint.owns(url)


@given(HOSTILE)
def test_no_redirect_leads_to_plain_http_elsewhere(location: str) -> None:
    try:
        url = REMOTE.redirect("https://r.example.com/v2/a", location)
    except RefusedError:
        return
    assert url.startswith("https://")


@given(st.lists(st.text(max_size=80), max_size=3))
def test_no_challenge_breaks_the_reader(headers: list[str]) -> None:
    challenge = parse_challenge([f"Bearer realm=x,{header}" for header in headers])
    assert challenge is None or isinstance(challenge, BearerChallenge)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, None), ("5", 5.0), (" 0 ", 0.0), ("-1", None), ("soon", None), ("9" * 400, 999_999_999.0),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("Fri, 99 Foo 2015", None)],
)  # fmt: skip
def test_retry_after_is_read(text: str | None, expected: float | None) -> None:
    assert seconds_to_wait(text) == expected


@given(st.text(max_size=60))
def test_no_retry_after_breaks_the_reader(text: str) -> None:
    seconds = seconds_to_wait(text)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("url", "no_proxy", "goes_by_proxy"),
    [
        ("https://r.example.com/v2/", "", True),
        ("https://r.example.com/v2/", "other.com", True),
        ("https://r.example.com/v2/", "example.com", False),
        ("https://r.example.com/v2/", ".example.com", False),
        ("https://r.example.com/v2/", "*.example.com", False),
        ("https://notexample.com/v2/", "example.com", True),
        ("https://r.example.com/v2/", "a.com, example.com:443", False),
        ("https://r.example.com/v2/", "example.com:8443", True),
        ("https://r.example.com/v2/", "*", False),
        ("https://10.1.2.3/v2/", "10.0.0.0/8", False),
        ("https://11.1.2.3/v2/", "10.0.0.0/8", True),
        ("http://127.0.0.1:5000/v2/", "", False),
        ("https://127.0.0.1:5000/v2/", "", False),
    ],
)
def test_the_proxy_of_the_environment_is_used_but_for_its_exceptions(
    url: str, no_proxy: str, goes_by_proxy: bool  # noqa: FBT001 — a case
) -> None:  # fmt: skip
    environ = {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": no_proxy}
    assert proxy_for(url, environ) == ("http://proxy:3128" if goes_by_proxy else None)


def test_without_a_proxy_none_is_used() -> None:
    assert proxy_for("https://r.example.com", {}) is None


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"])
def test_each_name_of_the_certificates_is_honoured(name: str) -> None:
    assert ca_bundle({name: "/certificates.pem"}) == "/certificates.pem"


@pytest.mark.parametrize(
    ("host", "file"),
    [
        ("111111111111.dkr.ecr.us-east-1.amazonaws.com", "/aws.pem"),
        ("public.ecr.aws", "/aws.pem"),
        ("harbor.example.com", "/all.pem"),
        ("amazonaws.com.example.com", "/all.pem"),
    ],
)
def test_certificates_for_aws_do_not_hide_those_for_everything_else(host: str, file: str) -> None:
    assert ca_bundle({"AWS_CA_BUNDLE": "/aws.pem", "SSL_CERT_FILE": "/all.pem"}, host) == file
    assert ca_bundle({"AWS_CA_BUNDLE": "/aws.pem"}, host) == "/aws.pem"
