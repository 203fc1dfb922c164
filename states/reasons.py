"""Why something was refused: a message id, its values, and the English sentence.

`workflow/i18n.py` translates by id; a page may link `values`. A sentence says what was refused,
why, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MESSAGES: Mapping[str, str] = {
    # what may be done
    "unknown_action": "{state_title}: '{action}' is not an action or an answer of this procedure{hint}.",
    "not_in_state": "{title}: not possible while the case is in '{state_title}' ({state}). "
    "Possible here: {possible}.",
    "not_in_final": "{title}: the case has ended ('{state_title}', {state}); nothing more can be done in it.",
    "not_your_role": "{title}: this is done by {by}, not by {role}.",
    "not_your_case": "{title}: the case is in the hands of {officer}; ask for it to be handed over.",
    "held": "{title}: the case is on hold since {since}. Resume it first.",
    "missing_detail": "{title}: '{detail}' is missing. Give it.",
    "bad_detail": "{title}: '{detail}' is not understood: {value}. {expected}.",
    "unknown_detail": "{title}: '{detail}' is not known here{hint}.",
    "checklist": "{title}: {words} is missing ({item}). Confirm it first.",
    # parties and answers
    "not_asked": "No question to {member} is open or was ever put with the answer '{word}'. "
    "Only those who were asked can answer.",
    "clerk_answers": "'{word}' is the answer of a Party or a member. "
    "To record it on their behalf, use record_reply.",
    "reasons_missing": "'{word}' must give reasons. Add them.",
    "conditions_missing": "'{word}' must say which conditions. Add them.",
    "wrong_voice": "{voice} does not speak for anyone who was asked: "
    "a Party answers as party:CODE, a member of a body as seat:CODE.",
    "received_in_future": "The answer cannot have been received at {received}, which is still to come.",
    "received_before": "The answer cannot have been received at {received}, "
    "before the question was put on {opened}.",
    # guards
    "territory_or_reason": "No territory is named. Name the Parties in whose territory the partnership "
    "takes place, or give the reason why there is no territory (no_territory_reason).",
    "territory_not_party": "{codes}: not a Party to the Convention on this day, so no Administrative "
    "Authority can agree for this territory. Take it out, name the Party responsible, or hold the case.",
    "territory_unknown": "{codes}: not a code of any Party{hint}.",
    "no_conditions": "{party} has not made a conditional answer that waits for acceptance.",
    "not_in_writing": "Acceptance must be in writing (in_writing = true).",
    "withdrawal_not_in_writing": "An objection is withdrawn in writing only.",
    "not_concerned": "{party} is not among the Parties concerned ({territory}).",
    "no_consent_given": "No Party has given a consent.",
    "no_consent_of": "{party} has given no consent that could be revoked.",
    "nothing_remains": "{party} is the only territory: nothing would remain of the proposal. "
    "Ask again, or withdraw it.",
    "window_open": "The question has already been sent; its window is open until {until}.",
    "no_window": "No window is open. The question has not been sent, or its window is closed.",
    "nobody_asked": "Nobody would be asked: {of} has no member on this day. Check the register.",
    "extension_used": "The window has been extended {count} time(s) already; no further extension is left.",
    "extension_not_later": "The extension must end later than the present last day ({last}).",
    "extension_past": "The extension must end in the future; {until} is past.",
    "extension_short": "An extension adds at least {least}: {until} is only {days} day(s) after {last}.",
    "bad_kind": "'{value}' is not a kind of {what}: choose {allowed}.",
    "editorial_territory": "A change of territory is never editorial. Make it a material amendment.",
    "already_held": "The case is already on hold, since {since}.",
    "not_held": "The case is not on hold.",
    "no_own_objection": "No objection of {party} stands.",
    "rank_too_low": "The objection of {party} was made by a higher rank ({objector}) than yours. "
    "It is withdrawn by the same rank or a higher one.",
    "paper_issued": "The working paper for {meeting} has been issued: the matter is now with that meeting.",
    "paper_not_issued": "The working paper for {meeting} has not been issued. Issue it first.",
    "no_meeting": "No next meeting of {body} is known. Enter its dates.",
    "wrong_meeting": "The decision must be of {target}, not of {meeting}. {why}",
    "meeting_not_begun": "{meeting} begins on {starts}; it cannot have decided before.",
    "bad_result": "'{value}' is not a result: choose {allowed}.",
    "no_way_of_deciding": 'Say how it was decided: by = "consensus" or by = "vote".',
    "number_missing": "Say how many: '{detail}' is missing, and the arithmetic needs it.",
    "number_impossible": "'{detail}' must be a whole number from 0 to {most}, not {value}.",
    "no_quorum": "Without a quorum nothing is decided: {present} present, {needed} needed{share}. "
    "Record it as deferred.",
    "too_many_votes": "The votes do not add up: {yes} yes + {no} no + {abstain} abstaining = {sum}, "
    "but only {present} were present.",
    "vote_against": "It cannot be {result}: {yes} yes against {no} no. "
    "A proposal is carried by more yes than no among those present and voting.",
    "vote_for": "It cannot be {result}: {yes} yes against {no} no carry the proposal.",
    "consent_missing": "The consent of {parties} is missing or no longer stands.",
    "consent_old": "The consent of {parties} is older than {valid} and no longer stands. Ask again.",
    "consents_complete": "No consent is missing: all Parties concerned have agreed.",
    "not_marked": "{what} is missing.",
    "not_cleared": "Neither {cleared} nor {adopted} is on file.",
    "conditions_unmet": "{count} condition(s) made with consent or approval are not yet confirmed as met "
    "in the agreement: {texts}. Confirm the item 'conditions'.",
    "nothing_to_verify": "No reply recorded on behalf waits for a second person.",
    "no_such_reply": "Event {reply} is not a reply that waits for a second person. Waiting: {waiting}.",
    "own_reply": "Who has recorded a reply cannot verify it. Ask somebody else who works on cases.",
    "no_question": "No question waits for an answer.",
    "no_question_of": "No question of {party} waits for an answer. Waiting: {waiting}.",
    "no_late_answer": "No late answer of {party} waits for admission.",
    "all_reached": "Everyone asked was reached or has answered; there is nothing to confirm.",
    "list_differs": "The list of the unreached is {actual}, not {given}.",
    "unknown_item": "'{item}' is not an item of a checklist{hint}.",
    "not_officers_item": "'{item}' is confirmed by {role}, not by an officer.",
    "objection_stands": "An objection of {parties} stands.",
    "terms_unchanged": "The agreement is renewed on the same terms.",
    "not_material": "The amendment is editorial.",
    "not_decided_for": "The result is not in favour.",
    "not_decided_against": "The result is not against.",
    # the partner
    "partner_excluded": "{partner} is on an exclusion list, as a person has decided: {lists}. The case "
    "cannot go on. End it, or have the decision looked at again on the page of the partner.",
    "due_diligence_reopened": "The partner has changed since it was looked into. Do the due diligence again "
    "and confirm it first.",
    "due_diligence_complete": "Nothing has reopened the due diligence.",
    "due_in_past": "{due} is past. Give a later day.",
    # accounts
    "unknown_currency": "'{currency}' is not a currency{hint}.",
    "no_amount": "The amount is nothing. Give one above 0.",
    "too_many_decimals": "{amount} {currency}: this currency has {decimals} decimals. Round the amount.",
    "booked_in_future": "Nothing is booked for {on}, which is still to come.",
    "no_such_entry": "Entry {no} is not one to which this can be done. It can be done to: {known}.",
    "came_after_end": "Entry {no} came on {on}, after the agreement ended on {ended}. It goes back to "
    "whoever sent it (refund_entry).",
    "nothing_held": "No money is held in suspense.",
    "money_held": "Money is held in suspense: {told}. Release it or send it back first.",
    "nothing_booked": "There is no entry that could be taken back.",
    # monitoring and complaints
    "no_such_indicator": "There is no indicator {no}. There are: {known}.",
    "measured_in_future": "Nothing can have been measured on {on}, which is still to come.",
    "no_such_duty": "{no} is not one that is still to be done. To be done: {known}.",
    "no_indicator": "No indicator has been set. Set one first.",
    "no_assessment_due": "No assessment has been planned.",
    "no_recommendation_open": "No recommendation is still to be carried out.",
    "no_complaint_waits": "No complaint waits for a review.",
    "unknown_owner": "'{owner}' cannot carry out a recommendation here: choose {allowed}{hint}.",
    # the public
    "no_public_text_waits": "No text for the public waits for a second person. Write it first.",
    "not_that_public_text": "No text in '{language}' waits for a second person. Waiting: {waiting}.",
    "which_public_text": "Several texts for the public wait for a second person. Say which: {waiting}.",
    "own_public_text": "A second person reviews what the public may read: not the one who wrote it.",
    "public_text_missing": "The public text in '{language}', the language that counts, is missing or not yet "
    "reviewed. Write it, and have a second person review it.",
    "language_not_public": "'{language}' is not a language of this procedure{hint}. Its languages: {known}.",
    "is_released": "The case stands in the public register already.",
    "not_released": "The case does not stand in the public register.",
    # sheets, risks, agreements, members
    "stopped": "The sheet '{title}' stops the case, and nobody can pass over it: {told}. "
    "Decline or withdraw the case, or send it where it belongs.",
    "sheet_incomplete": "The sheet '{title}' has {count} question(s) without an answer: {told}. "
    "Answer them first.",
    "not_answered": "'{asks}' ({name}) is not answered with {answer}.",
    "unknown_question": "'{question}' is not a question of a sheet{hint}.",
    "bad_answer": "'{answer}' does not answer '{asks}': choose {allowed}.",
    "evidence_missing": "'{asks}' wants its evidence. Say where it can be found.",
    "change_needs_reason": "'{asks}' was answered with {answer}, which stops the case. "
    "To correct that, give the reason.",
    "risk_unmitigated": "High risk without mitigation: {told}. Say what is done about it, "
    "and who sees to it.",
    "no_risk_assessed": "No risk has been assessed. Assess the risks of the catalogue first.",
    "unknown_risk": "'{kind}' is not a risk of the catalogue{hint}.",
    "risk_not_found": "The risk '{kind}' has not been found in this case{hint}.",
    "bad_degree": "'{value}' is not a degree of {detail}: choose {allowed}.",
    "no_form": "It is not settled which form the agreement takes. Choose one of {forms}.",
    "unknown_form": "'{form}' is not a form of agreement of this procedure{hint}.",
    "other_form": "The agreement does not take the form '{title}'.",
    "no_agreement_due": "'{title}': nothing is written or signed.",
    "agreement_due": "'{title}' must be written and signed.",
    "signature_missing": "{title}: signature missing of {told}. Record it first.",
    "clause_missing": "{title}: missing: {told}. Confirm it first.",
    "not_a_signer": "'{signer}' does not sign '{title}'{hint}. It is signed by {who}.",
    "not_a_partner": "'{organization}' is not a partner of this case{hint}. Partners: {partners}.",
    "signed_in_future": "It cannot have been signed on {signed}, which is still to come.",
    "decided_in_future": "It cannot have been decided on {decided}, which is still to come.",
    "unknown_category": "'{category}' is not a category of members{hint}.",
    "member_by_default": "{title}: they are members without being admitted.",
    "lacks_expertise": "{member} lacks expertise: '{title}' are admitted only with demonstrated commitment "
    "and expertise. Refuse the application, or record the expertise shown (expertise = true).",
    "unknown_region": "'{region}' is not a region{hint}.",
    "region_full": "The seats of '{title}' for {region} are taken: {told}.",
    "already_member": "{member} is a member already.",
    "no_member": "{member} is not a member{hint}.",
    "no_members": "No member has been admitted.",
    "one_kind": "The members are of {count} kind(s): at least two are needed. "
    "What has no participation of many stakeholders is a project of cooperation.",
    "is_marked": "The case bears the mark: {what}.",
    "other_result": "The result is not '{result}'.",
    "share_missed": "It cannot be {result}: {yes} yes against {no} no. "
    "A proposal is carried by {share} of yes and no.",
    # who acts at the same time
    "case_moved": "The case has moved on since it was looked at: {what}. Look again, then decide.",
    "key_reused": "The key '{key}' was used for another command. Nothing was done; use a new key.",
    "law_is_draft": "{title} ({law}) is a draft: it can be read and rehearsed, not opened.",
    "no_such_case": "There is no case {case}.",
    # another edition
    "no_take_over": "{new} does not say how it takes over cases of {old}. Add its [takes_over] table.",
    "ended_here": "The case has ended ('{state_title}'): it ended under its own edition.",
    "held_here": "The case is on hold. Resume it first, then move it.",
    "state_gone": "'{state_title}' ({state}) is not a state of edition {edition}. "
    "Say in 'states' of its [takes_over] table where such cases go.",
    "asks_no_more": "'{state_title}' has asked, and in edition {edition} it asks nothing.",
    "answer_gone": "'{word}' was answered in '{state_title}', and edition {edition} knows no such answer.",
    "asked_otherwise": "'{state_title}': the question is open, and those asked were told something else than "
    "edition {edition} says ({what}). Move the case when the question has been decided.",
    # the clock
    "stale": "The deadline '{name}' has been moved or is done; nothing is due.",
    "not_recounted": "{day} cannot be the new date of '{name}': it must be a working day and not past, and "
    "what others were told never comes earlier. Leave it as it is.",
    "untouched": "Nothing of this case hangs on what has changed.",
    "beyond_calendar": "{says}",
    "circle": "{state_title}: the law file leads in a circle that never ends. Correct it.",
    "not_due": "The deadline '{name}' is not due before {due}.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a refusal."""

    #: Key of MESSAGES.
    message: str
    values: Mapping[str, Any]

    @property
    def english(self) -> str:
        """The sentence."""
        return MESSAGES[self.message].format(**self.values)


def reason(message: str, /, **values: Any) -> Reason:
    """A reason; a value the sentence needs and does not get is a fault of ours, shown at once by tests."""
    return Reason(message, values)


def distinct(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each reason once, in the order in which they were found."""
    return tuple({why.english: why for why in reasons}.values())


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that was not carried out, with every reason."""

    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        return " ".join(r.english for r in self.reasons)


class Refusal(Exception):
    """Raised inside a decision where the reasons are known; `decide` turns it into `Refused`."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(" ".join(r.english for r in reasons))
        self.reasons = reasons


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`, did you mean 'x'?`-style hint, or an empty string."""
    near = get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return f", did you mean '{near[0]}'?" if near else ""
