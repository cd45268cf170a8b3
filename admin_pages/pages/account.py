"""我的账号: one's own password, second factor and sign-ins; all that is shown until these are in order."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts
from admin_pages.kernel.pages import StaffPage, form
from admin_pages.kernel.site import site
from backend.kernel.actor import Actor

Json = dict[str, Any]
AUTH = "/api/v1/auth"
# The menu may have grown: what was closed until the account was in order is open now.
REFRESH: Json = {"actionType": "refresh"}
AFTERWARDS: Json = {"submitSucc": {"actions": [REFRESH]}}


@site.register_admin
class OwnAccountPage(StaffPage):
    """What a person keeps of their own account."""

    group = "工作台"
    own_account = True
    page_schema = PageSchema(label="我的账号", icon="fa fa-user-circle", sort=-10)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the three parts, each over the API."""
        del actor, phone
        urgent: Json = {
            "type": "alert",
            "level": "warning",
            "body": "首次登录请先修改初始密码，修改后即可办理业务。",
            "visibleOn": "${must_change_password}",
        }
        missing: Json = {
            "type": "alert",
            "level": "warning",
            "body": "您的岗位涉及审批或资金，请先启用动态验证码，启用后即可办理业务。",
            "visibleOn": "${must_enrol_second_factor && !must_change_password}",
        }
        inner = [
            urgent,
            missing,
            parts.panel("修改密码", self._password()),
            parts.panel("动态验证码（第二因素）", self._second_factor(), visibleOn="${!must_change_password}"),
            parts.panel("登录设备", self._sessions()),
        ]
        return parts.service(f"{AUTH}/me", inner, name="account")

    def _form(self, path: str) -> Json:
        operation = self.api.operation("post", f"{AUTH}{path}")
        if operation is None:
            raise LookupError(path)
        return form(self.api, operation) | {"wrapWithPanel": False, "className": "narrow-form"}

    def _password(self) -> Json:
        made = self._form("/password")
        again = {
            "type": "input-password",
            "name": "again",
            "label": "再次输入新密码",
            "required": True,
            "validations": {"equalsField": "new_password"},
            "validationErrors": {"equalsField": "两次输入的新密码不一致"},
        }
        send = {"type": "submit", "label": "修改密码", "level": "primary"}
        made["api"]["data"] = {"old_password": "${old_password}", "new_password": "${new_password}"}
        return made | {"body": [*made["body"], again, send], "resetAfterSubmit": True, "onEvent": AFTERWARDS}

    def _second_factor(self) -> list[Json]:
        on = "${second_factor}"
        told = parts.told_once(
            "恢复码", {"recovery_codes": "设备丢失时代替动态验证码登录，每个只能用一次"}, then=REFRESH
        )
        bind = {
            "title": "绑定动态验证码",
            "closeOnOutside": False,
            "body": [
                {"type": "tpl", "tpl": "用手机上的身份验证器扫描二维码，再填写它显示的6位数字。"},
                {"type": "qrcode", "value": "${uri}", "codeSize": 200, "className": "second-factor-code"},
                {"type": "tpl", "tpl": "不能扫描时手工输入密钥：${secret}", "className": "secret"},
                self._form("/totp/confirmation") | {"feedback": told},
            ],
        }
        start = self._form("/totp") | {"feedback": bind}
        disable = self._form("/totp/disabling") | {"onEvent": AFTERWARDS}
        renew = self._form("/totp/recovery-codes") | {"feedback": told}
        return [
            {"type": "tpl", "tpl": "已启用，剩余恢复码 ${recovery_codes_left} 个。", "visibleOn": on},
            {
                "type": "tpl",
                "tpl": "尚未启用。审批、支付岗位建议启用：登录时除密码外还须输入手机上的验证码。",
                "visibleOn": "${!second_factor}",
            },
            {
                "type": "button-toolbar",
                "buttons": [
                    _opens("启用动态验证码", start, "${!second_factor}", level="primary"),
                    _opens("重新生成恢复码", renew, on),
                    _opens("停用动态验证码", disable, on),
                ],
            },
        ]

    def _sessions(self) -> Json:
        revoke = {
            "type": "button",
            "label": "退出此设备",
            "level": "link",
            "actionType": "ajax",
            "api": f"post:{AUTH}/sessions/${{id}}/revocation",
            "confirmText": "确定让该设备退出登录吗？",
            "visibleOn": "${!is_this_one}",
            "reload": "sessions",
        }
        columns = [
            parts.words("channel", "方式", {"portal": "门户", "api": "接口"}),
            parts.text("address", "地址"),
            parts.text("device", "设备"),
            {"name": "created_at", "label": "登录时间", "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
            {"name": "expires_at", "label": "到期时间", "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
            parts.truth("is_this_one", "当前会话", yes="是", no="否", unknown="否"),
            {"type": "operation", "label": "操作", "className": "row-actions", "buttons": [revoke]},
        ]
        return parts.service(f"{AUTH}/sessions", parts.table("items", columns), name="sessions")


def _opens(label: str, content: Json, when: str, *, level: str = "default") -> Json:
    button: Json = {"type": "button", "label": label, "level": level, "visibleOn": when}
    return button | {"actionType": "dialog", "dialog": {"title": label, "body": content}}
