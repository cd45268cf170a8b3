"""Settings come from the environment, are read once, and never change."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_SECRET = "demo-only-secret-that-the-server-refuses-outside-demo-mode"  # noqa: S105  (refused in service)
DEMO_FIELD_KEY = "00" * 32


class Settings(BaseSettings):
    """Everything an operator may set, each as `EJIA_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="EJIA_", frozen=True, extra="ignore")

    home: Path = Path("var")
    demo: bool = False
    database_url: str | None = None
    county_code: str = "371623"
    # 文号 begins with it; empty takes the county's name without 县, 市 or 区.
    county_short_name: str = ""
    secret_key: SecretStr = SecretStr(DEMO_SECRET)
    field_key: SecretStr = SecretStr(DEMO_FIELD_KEY)
    crypto_suite: Literal["SM", "AES"] = "SM"
    token_minutes: int = Field(default=480, ge=5, le=1440)
    cookie_secure: bool = False
    require_totp: bool = False
    pool_size: int = Field(default=10, ge=1, le=100)
    s3_endpoint: str | None = None
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")
    s3_bucket: str = "ejia"
    s3_secure: bool = True
    upload_megabytes_max: int = Field(default=50, ge=1, le=500)

    def faults(self) -> list[str]:
        """Say why this must not run in public; empty when all is well."""
        if self.demo:
            return []
        found = []
        if self.secret_key.get_secret_value() == DEMO_SECRET:
            found.append("EJIA_SECRET_KEY 未设置：请设置一个至少 32 位的随机字符串，用于签发登录令牌")
        elif len(self.secret_key.get_secret_value()) < 32:  # noqa: PLR2004
            found.append("EJIA_SECRET_KEY 太短：至少需要 32 个字符")
        if self.field_key.get_secret_value() == DEMO_FIELD_KEY:
            found.append("EJIA_FIELD_KEY 未设置：请设置 64 位十六进制密钥，用于加密身份证号等敏感信息")
        return found


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
