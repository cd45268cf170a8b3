"""One's own second factor over HTTP."""

from fastapi import APIRouter

from backend.identity.schemas import RecoveryCodes, SecondFactorCode, SecondFactorEnrolment, SecondFactorSecret
from backend.identity.service import second_factor
from backend.kernel.db import SessionDep
from backend.kernel.routes import SIGNED_IN, new_router
from backend.kernel.sign_in import ActorDep

router = new_router("/auth/totp", "登录")


@router.post("", summary="绑定动态验证码", **SIGNED_IN)
async def enrol(session: SessionDep, actor: ActorDep, form: SecondFactorEnrolment) -> SecondFactorSecret:
    """获取动态验证码的绑定地址，确认后才生效。"""
    return await second_factor.enrol(session, actor, form.password)


@router.post("/confirmation", summary="启用动态验证码", **SIGNED_IN)
async def confirm(session: SessionDep, actor: ActorDep, form: SecondFactorCode) -> RecoveryCodes:
    """用一个动态验证码确认绑定，此后登录须输入验证码；返回仅显示一次的恢复码。"""
    return RecoveryCodes(recovery_codes=await second_factor.confirm(session, actor, form.code))


@router.post("/recovery-codes", summary="重新生成恢复码", **SIGNED_IN)
async def renew_recovery_codes(session: SessionDep, actor: ActorDep, form: SecondFactorEnrolment) -> RecoveryCodes:
    """重新生成恢复码，原有恢复码立即作废。"""
    return RecoveryCodes(recovery_codes=await second_factor.renew_recovery_codes(session, actor, form.password))


@router.post("/disabling", summary="停用动态验证码", **SIGNED_IN)
async def disable(session: SessionDep, actor: ActorDep, form: SecondFactorCode) -> dict[str, bool]:
    """用一个动态验证码或恢复码停用第二因素。"""
    await second_factor.disable(session, actor, form.code)
    return {"enabled": False}


ROUTERS: tuple[APIRouter, ...] = (router,)
