// What each public page shows. The page's name stands on its body.
"use strict";
(function () {
  const { say, make, call, show, load, field, sendable, pages, english } = window.site;
  const card = (...children) => make("section", { class: "card" }, ...children);
  const line = (zh, en, value) => (value === null || value === undefined || value === "" ? null
    : make("p", {}, make("strong", {}, say(zh, en) + (english ? ": " : "：")), String(value)));
  const empty = (zh, en) => make("p", { class: "quiet", role: "status" }, say(zh, en));
  const FORMS = { CASH_M: ["按月发放现金", "Monthly cash"], CASH_1: ["一次性现金", "One payment"], KIND: ["实物", "In kind"],
    WAIVE: ["费用减免", "Fees waived"], SERVICE: ["服务", "Services"], INSURE: ["参保资助", "Insurance paid"] };
  const RESIDENCE = { rural: ["农村", "Rural"], urban: ["城镇", "Urban"] };
  const word = (table, key) => (table[key] ? say(...table[key]) : key);

  function index() {
    show(make("ul", { class: "tiles" }, pages.slice(1).map(([name, zh, en]) =>
      make("li", {}, make("a", { href: name + ".html", class: name === "apply" ? "strong" : null }, say(zh, en))))),
      make("p", {}, say("生活遇到困难，可以拨打热线、到村居或镇街窗口，也可以在这里申请。情况紧急的，24小时内先行救助，手续后补。",
        "If life has become hard, call the hotline, go to your village or town window, or apply here. Emergencies are helped within 24 hours, papers later.")));
  }

  function policies() {
    const code = new URLSearchParams(location.search).get("code");
    if (code) {
      return load("policies/" + encodeURIComponent(code), (one) => [card(make("h2", {}, one.title), line("文号", "Number", one.number),
        line("发文机关", "Issued by", one.issuer), line("施行日期", "In force from", one.in_force_from), line("效力", "Validity", one.status_name),
        one.summary ? make("p", {}, one.summary) : null), one.clauses.map((c) => card(make("h2", {}, c.label), make("p", {}, c.text)))]);
    }
    return load("policies", (found) => (found.length ? found.map((one) => card(
      make("h2", {}, make("a", { href: "policies.html?code=" + encodeURIComponent(one.code) }, one.title)),
      make("p", { class: "quiet" }, [one.number, one.in_force_from, one.status_name].filter(Boolean).join(" · ")))) : [empty("暂无政策文件", "No documents yet")]));
  }

  function projects() {
    load("projects", (found) => (found.length ? found.map((one) => card(make("h2", {}, one.name), line("救助对象", "For", one.target),
      line("救助方式", "Form", word(FORMS, one.benefit_form)), line("主管部门", "Department", one.department),
      one.urgent_hours ? line("办理时限", "Time", one.urgent_hours + say("小时内先行救助", " hours, paid first"))
        : line("承诺时限", "Promised within", one.promise_days ? one.promise_days + say("个工作日", " working days") : null),
      line("本人需提供", "To bring", one.materials.join(say("、", ", "))),
      one.online ? make("a", { href: "apply.html?project=" + encodeURIComponent(one.code) }, say("在线申请", "Apply online")) : null))
      : [empty("暂无救助项目", "Nothing yet")]));
  }

  function standards() {
    load("standards", (found) => (found.length ? found.map((one) => card(make("h2", {}, one.name),
      line("标准", "Value", Number(one.value) + " " + one.unit), line("城乡", "Residence", one.residence ? word(RESIDENCE, one.residence) : null),
      line("起始日期", "From", one.valid_from), line("依据", "Basis", one.basis))) : [empty("暂无公布的标准", "No standards published yet")]));
  }

  function hotlines() {
    load("hotlines", (found) => (found.length ? found.map((one) => card(make("h2", {}, one.division + " · " + one.name),
      make("a", { class: "call", href: "tel:" + one.phone.replace(/[^0-9]/g, "") }, one.phone), make("p", { class: "quiet" }, one.hours)))
      : [empty("暂未公布热线，请到镇街便民服务中心救助窗口", "No hotline published yet; please go to the town's service window")]));
  }

  function notices() {
    let kind = "notice";
    let page = 1;
    const draw = () => load("notices?kind=" + kind + "&page=" + page, (found) => {
      const choose = (value, zh, en) => make("button", { class: kind === value ? "action" : "plain", type: "button", "aria-pressed": String(kind === value),
        onclick: () => { kind = value; page = 1; draw(); } }, say(zh, en));
      const last = Math.max(1, Math.ceil(found.total / found.page_size));
      const turn = (step, zh, en) => make("button", { class: "plain", type: "button", disabled: page + step < 1 || page + step > last,
        onclick: () => { page += step; draw(); } }, say(zh, en));
      return [make("div", { class: "pager" }, choose("notice", "正在公示", "Running notices"), choose("grant", "享受救助名单", "Grants")),
        found.items.length ? found.items.map(notice) : empty("目前没有名单", "Nothing at present"),
        make("div", { class: "pager" }, turn(-1, "上一页", "Previous"), make("span", {}, page + " / " + last), turn(1, "下一页", "Next"))];
    });
    draw();
  }

  function notice(one) {
    const box = card(make("h2", {}, one.name), line("项目", "Aid", one.project_name), line("家庭人口", "Members", one.member_count),
      line("金额", "Amount", one.amount ? one.amount + say(" 元", " yuan") : null), line("村居", "Village", one.place),
      line("公示期", "Period", one.ends_on ? one.posted_on + " — " + one.ends_on : null));
    if (one.kind === "notice") {
      const button = make("button", { class: "plain", type: "button", onclick: () => { button.remove(); box.append(objection(one)); } }, say("提出异议", "Object"));
      box.append(button);
    }
    return box;
  }

  function objection(one) {
    const form = make("form", { novalidate: true },
      field("content", say("异议内容", "What is wrong"), make("textarea", { rows: 3, required: true, maxlength: 1000 })),
      field("name", say("您的姓名", "Your name"), make("input", { autocomplete: "name", required: true })),
      field("phone", say("联系电话", "Telephone"), make("input", { type: "tel", autocomplete: "tel", required: true }), say("仅用于答复，依法保密", "Only for answering you; kept secret by law")),
      make("button", { class: "action", type: "submit" }, say("提交异议", "Send")));
    return sendable(form, "notices/" + one.id + "/objections", (data) => Object.fromEntries(data),
      (answer) => form.replaceWith(make("p", { class: "good", role: "status" }, answer.message)));
  }

  function progress() {
    const result = make("div", { "aria-live": "polite" });
    const form = make("form", { class: "card", novalidate: true },
      field("number", say("申请编号", "Application number"), make("input", { autocapitalize: "characters", required: true, value: new URLSearchParams(location.search).get("number") || "" })),
      field("last4", say("身份证号或手机号后四位", "Last four of ID number or telephone"), make("input", { maxlength: 4, autocomplete: "off", required: true })),
      make("button", { class: "action", type: "submit" }, say("查询", "Look up")));
    sendable(form, "progress", (data) => { result.replaceChildren(); return Object.fromEntries(data); }, (one) => {
      result.replaceChildren(card(make("h2", {}, one.state), line("项目", "Aid", one.project_name), line("申请编号", "Number", one.number),
        line("提交日期", "Sent on", one.submitted_on), line("承诺办结", "Promised by", one.due_on), line("办结日期", "Closed on", one.closed_on), line("说明", "Note", one.note)));
    });
    show(form, result);
  }

  async function choices(select, parent) {
    const found = parent === null ? [] : await call("divisions" + (parent ? "?parent=" + parent : ""));
    select.replaceChildren(make("option", { value: "" }, say("请选择", "Choose")), ...found.map((one) => make("option", { value: one.code }, one.name)));
    select.disabled = found.length === 0;
  }

  async function apply() {
    const towns = make("select", { required: true });
    const communities = make("select", {});
    const villages = make("select", {});
    const wanted = make("select", {});
    const form = make("form", { class: "card", novalidate: true },
      field("division_code", say("居住的镇街", "Town where you live"), towns), field("community", say("社区", "Community"), communities), field("village", say("村居", "Village"), villages),
      field("applicant_name", say("申请人姓名", "Applicant's name"), make("input", { autocomplete: "name", required: true, maxlength: 50 })),
      field("id_number", say("身份证号", "ID number"), make("input", { autocomplete: "off", autocapitalize: "characters", required: true, maxlength: 20 })),
      field("phone", say("联系电话", "Telephone"), make("input", { type: "tel", autocomplete: "tel", required: true, maxlength: 20 })),
      field("project_code", say("申请的救助（不清楚可不选）", "Aid applied for (leave open if unsure)"), wanted),
      field("reason", say("遇到了什么困难", "What has happened"), make("textarea", { rows: 4, required: true, maxlength: 500 })),
      make("label", { class: "tick" }, make("input", { type: "checkbox", name: "urgent" }), make("span", {}, say("情况紧急，生活马上难以维持", "It is urgent: I cannot get by from today"))),
      make("label", { class: "tick" }, make("input", { type: "checkbox", name: "commitment" }), make("span", {}, say("我承诺以上内容真实，同意核对家庭经济状况", "All this is true, and I agree that my circumstances are verified"))),
      make("button", { class: "action", type: "submit" }, say("提交申请", "Send application")));
    show(form);
    towns.addEventListener("change", () => { choices(communities, towns.value || null); choices(villages, null); });
    communities.addEventListener("change", () => choices(villages, communities.value || null));
    sendable(form, "applications", (data) => {
      const { community, village, urgent, commitment, ...rest } = Object.fromEntries(data);
      return Object.assign(rest, { division_code: village || community || rest.division_code, project_code: rest.project_code || null,
        urgent: urgent === "on", commitment: commitment === "on" });
    }, (receipt) => {
      show(card(make("p", { class: "good", role: "status" }, receipt.message), line("申请编号", "Number", receipt.number),
        line("最迟联系时间", "Called by", new Date(receipt.due_at).toLocaleString(english ? "en" : "zh-CN", { timeZone: "Asia/Shanghai" })),
        make("a", { href: "progress.html?number=" + encodeURIComponent(receipt.number) }, say("查进度", "Follow it"))));
      window.scrollTo(0, 0);
    });
    try {
      await Promise.all([choices(towns, ""), choices(communities, null), choices(villages, null), call("projects").then((found) => {
        const chosen = new URLSearchParams(location.search).get("project");
        wanted.replaceChildren(make("option", { value: "" }, say("由工作人员帮我判断", "Let staff decide")), ...found.filter((one) => one.online)
          .map((one) => make("option", { value: one.code, selected: one.code === chosen }, one.name)));
      })]);
    } catch (error) {
      show(make("p", { class: "bad", role: "alert" }, error.detail || String(error)));
    }
  }

  ({ index, policies, projects, standards, hotlines, notices, progress, apply })[document.body.dataset.page]();
})();
