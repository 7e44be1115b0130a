"""The five-minute tour of the README, steps 1 to 7, in a browser and a mail program against a running hub."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests.flow import mailer
from tests.flow.running import RunningHub, wait_for

Open = Callable[..., Page]
CLOSED = {"web", "mail", "answer"}


@dataclass
class Tour:
    """What the steps share: the hub, the closed discussion, and a word nobody else uses."""

    hub: RunningHub
    open_as: Open
    word: str

    def __post_init__(self) -> None:
        """Find the closed discussion and its people."""
        self.closed = next(entry for entry in self.hub.demo["lists"] if entry["closed"])
        named = {member["email"]: member for member in self.hub.demo["members"]}
        inside = [named[address] for address in self.closed["members"] if address in named]
        self.first, self.second = [member for member in inside if member["role"] == "member"][:2]
        self.third = inside[-1] if inside[-1]["role"] == "member" else self.second
        self.stranger = self.hub.who("stranger")

    def say(self, step: str) -> str:
        """Return a sentence to look for later; what the conference says is published in the end."""
        return f"Sentence {step} of {self.word if step in CLOSED else 'the conference'}."


def walk(tour: Tour) -> None:
    """Take the seven steps."""
    page = a_member_reads_and_replies(tour)
    sent = a_mail_appears_in_the_open_browser(tour, page)
    a_reply_to_the_copy_threads(tour, sent)
    a_live_session_is_held(tour)
    proceedings_are_published(tour)
    a_stranger_finds_nothing(tour)
    a_new_person_is_let_in(tour)


def a_member_reads_and_replies(tour: Tour) -> Page:
    """1: signs in, sees what is new, reads, replies."""
    page = tour.open_as(tour.hub, tour.first)
    page.goto("/")
    page.get_by_role("link", name=tour.closed["discussion"]).first.click()
    page.locator("#topics ~ ul.rows .what a, section[aria-labelledby=topics] .what a").first.click()
    page.locator("form textarea").last.fill(tour.say("web"))
    page.get_by_role("button", name=re.compile("^Send")).click()
    expect(page.locator("article.contribution", has_text=tour.say("web"))).to_be_visible()
    return page


def a_mail_appears_in_the_open_browser(tour: Tour, page: Page) -> Any:
    """2: a mail with proof appears on the open page without a reload; tests/bench/tour.py says how fast."""
    mine = mailer.wait_for_mail(tour.hub, tour.second["email"], having=tour.say("web"))
    address = mine["Reply-To"].addresses[0].addr_spec
    message = mailer.compose(
        tour.second, address, f"Re: {mine['Subject']}", tour.say("mail"), Message_ID=f"<{tour.word}@pc.example>"
    )
    code, reply = mailer.send(tour.hub, message, login=tour.second)
    assert code == 250, reply
    page.get_by_role("button", name=re.compile("new", re.IGNORECASE)).click(timeout=30_000)
    expect(page.locator("article.contribution", has_text=tour.say("mail"))).to_be_visible()
    return message


def a_reply_to_the_copy_threads(tour: Tour, sent: Any) -> None:
    """3: a copy has the right headers; replying to it threads under it with the quote folded away."""
    copy = mailer.wait_for_mail(tour.hub, tour.first["email"], having=tour.say("mail"))
    assert copy["Message-ID"] == sent["Message-ID"] and copy["In-Reply-To"] and copy["List-Id"] and copy["List-Post"]
    assert copy["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and "/leave/" in copy["List-Unsubscribe"]
    quoted = "\n".join(f"> {line}" for line in mailer.text_of(copy).splitlines()[:6])
    text = f"{tour.say('answer')}\n\nOn Tue, somebody wrote:\n{quoted}\n"
    address = copy["Reply-To"].addresses[0].addr_spec
    threading = {"In_Reply_To": copy["Message-ID"], "References": copy["Message-ID"]}
    code, reply = mailer.send(
        tour.hub, mailer.compose(tour.first, address, f"Re: {copy['Subject']}", text, **threading)
    )
    assert code == 250, reply
    page = tour.open_as(tour.hub, tour.first)
    answer = mailer.wait_for_mail(tour.hub, tour.second["email"], having=tour.say("answer"))
    page.goto(answer["Archived-At"].strip("<>").replace(tour.hub.env.get("HUB_URL", ""), ""))
    article = page.locator("article.contribution", has_text=tour.say("answer"))
    expect(article).to_contain_text(tour.second["name"])
    expect(article.locator("details pre")).to_be_hidden()
    article.locator("details summary").click()
    expect(article.locator("details pre")).to_contain_text(tour.say("mail"))


def a_live_session_is_held(tour: Tour) -> None:
    """4: the chair opens; the floor is asked for and given; words live and by mail appear for all; the gavel."""
    room = tour.hub.demo["conference"]["session_url"]
    chair = tour.open_as(tour.hub, tour.hub.who("chair"))
    speaker = tour.open_as(tour.hub, tour.first)
    listener = tour.open_as(tour.hub, tour.hub.who("moderator"))
    for page in (chair, speaker, listener):
        page.goto(room)
    chair.locator("form[action$='/open/'] button").click()
    speaker.locator("#ask button").click()
    chair.locator("#waiting form[action$='/give/'] button.primary").first.click()
    expect(speaker.locator("#send")).to_be_enabled()
    speaker.locator("#statement textarea").fill(tour.say("live"))
    speaker.locator("#send").click()
    address = next(entry["address"] for entry in tour.hub.demo["lists"] if "emergency" in entry["address"])
    code, reply = mailer.send(
        tour.hub, mailer.compose(tour.third, address, "By mail", tour.say("by-mail")), login=tour.third
    )
    assert code == 250, reply
    for page in (chair, speaker, listener):
        for said in ("live", "by-mail"):
            expect(page.locator("#statements article", has_text=tour.say(said))).to_be_attached()
    for said in ("live", "by-mail"):
        mailer.wait_for_mail(tour.hub, tour.third["email"], having=tour.say(said))
    chair.locator("details summary", has_text="For the chair").click()
    chair.locator("details summary", has_text="Close the session").click()
    chair.locator("form[action$='/close/'] button.danger").click()
    expect(chair.locator("main")).to_contain_text(tour.say("live"))
    listener.goto(room)
    expect(listener.locator("main")).to_contain_text(tour.say("by-mail"))
    expect(listener.locator("#statement")).to_have_count(0)


def proceedings_are_published(tour: Tour) -> None:
    """5: compiled, summarised in Wagtail, submitted, approved; page and PDF are public under a symbol."""
    rapporteur = tour.open_as(tour.hub, tour.hub.who("rapporteur"))
    rapporteur.goto("/proceedings/")
    line = "ul.rows > li:has(a[href*='/conferences/emergency-measures/'])"
    rapporteur.locator(f"{line} form[action*='/compile/'] button").click()
    expect(rapporteur.locator("main")).to_contain_text(tour.say("live"))
    rapporteur.goto("/proceedings/")
    rapporteur.locator(f"{line} a[href*='/admin/pages/']").click()
    rapporteur.locator("[data-contentpath=summary] [role=textbox]").click()
    rapporteur.keyboard.type(tour.say("summary"))
    # The editor hands its text to the form a moment after the last key.
    expect(rapporteur.locator("[name=summary]")).to_have_value(re.compile(re.escape(tour.say("summary"))))
    rapporteur.get_by_role("button", name="Save draft").click()
    rapporteur.locator(".messages .success").wait_for()
    rapporteur.goto("/proceedings/")
    rapporteur.locator(f"{line} form[action*='/submit/'] button").click()
    expect(rapporteur.locator(line)).to_contain_text("waiting for the Secretariat")
    visitor = tour.open_as(tour.hub)
    visitor.goto("/published/")
    assert "Article 17" not in visitor.content()
    desk = tour.open_as(tour.hub, tour.hub.who("secretariat"))
    desk.goto("/proceedings/")
    desk.locator(f"{line} form[action*='/approve/'] button").click()
    expect(desk.locator("main")).to_contain_text("conference continues until")
    desk.goto("/conferences/emergency-measures/")
    desk.locator("details summary", has_text="End the conference").click()
    desk.locator("form[action$='/end/'] button").click()
    expect(desk.locator("main")).to_contain_text("The conference is over.")
    desk.goto("/proceedings/")
    desk.locator(f"{line} form[action*='/approve/'] button").click()
    expect(desk.locator(line)).to_contain_text("issued")
    visitor.goto("/published/")
    visitor.locator("main li a", has_text=re.compile("border|Article 17")).first.click()
    for said in ("summary", "live", "by-mail"):
        expect(visitor.locator("main")).to_contain_text(tour.say(said))
    expect(visitor.locator("main")).to_contain_text(re.compile(r"BSN/EC/\d{4}/\d+"))
    # The worker makes it: until then the answer is 503 and says when to look again.
    address = visitor.url.rstrip("/") + "/pdf/"
    wait_for(lambda: visitor.request.get(address).status == 200, seconds=60, what="the PDF")
    assert visitor.request.get(address).body().startswith(b"%PDF")


def a_stranger_finds_nothing(tour: Tour) -> None:
    """6: by page, list, feed, search, API and mail."""
    number = latest_number(tour)
    for account in (tour.stranger, None):
        page = tour.open_as(tour.hub, account)
        for path in (
            tour.closed["url"], f"/c/{number}/", "/discussions/", "/search/?q=sentence+web", "/api/v1/discussions",
            f"/api/v1/contributions/{number}", "/", "/lists/", "/conferences/",
        ):  # fmt: skip
            page.goto(path)
            assert tour.word not in page.content() and tour.closed["discussion"] not in page.content(), path
    outside = {"name": "Unknown", "email": f"{tour.word}@elsewhere.example"}
    for who, login in ((outside, None), (tour.stranger, tour.stranger)):
        code, reply = mailer.send(
            tour.hub, mailer.compose(who, tour.closed["address"], "Hello", "Let me in"), login=login
        )
        assert 500 <= code < 600, reply
    forged = mailer.compose(tour.first, tour.closed["address"], "Forged", f"Forged {tour.word}")
    code, reply = mailer.send(tour.hub, forged)
    assert code == 250 and b"held" in reply.lower(), reply
    page = tour.open_as(tour.hub, tour.first)
    page.goto(tour.closed["url"])
    expect(page.locator("main")).not_to_contain_text("Forged")


def latest_number(tour: Tour) -> int:
    """Return the number of the newest contribution of the tour."""
    page = tour.open_as(tour.hub, tour.first)
    page.goto(f"/search/?q={tour.word}")
    link = page.locator("main a[href*='/c/']").first.get_attribute("href")
    return int(re.search(r"/c/(\d+)/", link or "")[1])  # type: ignore[index]


def a_new_person_is_let_in(tour: Tour) -> None:
    """7: applies, confirms, is approved, sets a password, signs in; a pending person gets a clear page."""
    address = f"new.{tour.word}@ministry.example"
    visitor = tour.open_as(tour.hub)
    visitor.goto("/apply/")
    visitor.locator("[name=name]").fill(f"Nadia {tour.word}")
    visitor.locator("[name=email]").fill(address)
    visitor.locator("[name=country]").select_option("EG")
    visitor.locator("[name=organisation]").fill("Ministry of Environment")
    visitor.locator("[name=statement]").fill("I work on the national biosafety framework.")
    visitor.locator("[name=accepts]").check()
    visitor.get_by_role("button", name="Send the application").click()
    expect(visitor.locator("h1")).to_contain_text("mail")
    follow_link(tour, visitor, address, "/apply/confirm/")
    visitor.get_by_role("button", name=re.compile("Yes")).click()
    expect(visitor.locator("h1")).to_contain_text("Secretariat")
    desk = tour.open_as(tour.hub, tour.hub.who("secretariat"))
    desk.goto("/members/applications/")
    desk.get_by_role("link", name=f"Nadia {tour.word}").first.click()
    desk.locator("[name=decision][value=approve]").check()
    desk.get_by_role("button", name=re.compile("Continue")).click()
    desk.get_by_role("button", name=re.compile("Yes")).click()
    follow_link(tour, visitor, address, "/accounts/password/reset/key/")
    for name in ("password1", "password2"):
        visitor.locator(f"[name={name}]").fill("a-long-new-password-7")
    visitor.locator("main form button").first.click()
    newcomer = tour.open_as(tour.hub, {"email": address, "password": "a-long-new-password-7"})
    newcomer.goto("/preferences/")
    expect(newcomer.locator("h1")).to_contain_text("Preferences")


def follow_link(tour: Tour, page: Page, address: str, part: str) -> None:
    """Open the link of the newest mail to an address."""

    def look() -> str | None:
        for mail in reversed(mailer.mails_to(tour.hub, address)):
            found = re.search(rf"https?://\S*{part}\S*", mailer.text_of(mail))
            if found:
                return found[0]
        return None

    page.goto(wait_for(look, seconds=60, what=f"A mail to {address} with {part}"))
