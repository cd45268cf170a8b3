"""How signing in and granting can refuse."""

from backend.kernel.errors import DomainError, NotSignedIn


class WrongCredentials(NotSignedIn):
    """User name, password or code is wrong; it never says which."""

    message = "用户名或密码不正确"


class CodeNeeded(NotSignedIn):
    """The password was right; the second factor is missing or wrong."""

    message = "请输入动态验证码"


class Locked(DomainError):
    """Too many failures."""

    status_code = 429
    message = "登录失败次数过多，账号已暂时锁定，请 {minutes} 分钟后再试或联系系统管理员"


class SessionEnded(NotSignedIn):
    """The session was revoked, has expired, or its posts have ended."""

    message = "登录已失效，请重新登录"


class ForgedRequest(DomainError):
    """A change came with the cookie but without the page's own token."""

    status_code = 403
    message = "请求缺少安全校验，请刷新页面后重试"


class NoPost(DomainError):
    """Nobody without a current post may enter."""

    status_code = 403
    message = "您目前没有有效的任职，不能登录；请联系安全管理员授权"


class IncompatibleRoles(DomainError):
    """Two roles one person may never hold together."""

    message = "“{role}”与已有的“{other}”不能由同一人担任：{reason}"


class PostOutOfPlace(DomainError):
    """The role does not fit the place."""

    status_code = 422
    message = "“{role}”应任职于{level}，所选区划不符"


class OwnPost(DomainError):
    """Nobody grants or ends their own posts."""

    message = "不能给自己授予或终止任职，请由另一位安全管理员办理"


class SignInDisabled(DomainError):
    """Nobody closes the account they are working with."""

    message = "不能停用自己正在使用的账号"


class DivisionClosed(DomainError):
    """The division was merged into another."""

    message = "“{name}”已并入其他区划，不能再变更"


class PasswordOutdated(DomainError):
    """A first password opens nothing but its own change."""

    status_code = 403
    message = "请先修改初始密码再办理业务"


class SecondFactorMissing(DomainError):
    """The county demands a second factor of whoever approves or pays (EJIA_REQUIRE_TOTP)."""

    status_code = 403
    message = "您的岗位涉及审批或资金，请先在“我的账号”中启用动态验证码再办理业务"


CONSTRAINTS = {
    "uq_user_account_username": "用户名已被使用，请换一个",
    "uq_organization_name": "同名机构已存在",
    "uq_organization_uscc": "该统一社会信用代码已登记",
}
