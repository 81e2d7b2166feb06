"""The loop of an agent: it calls tools, sees their results, and calls again or answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import orjson

from dialoom.dialogue import ToolCall
from dialoom.dialogue.rounds import Round, result_of, result_text
from dialoom.errors import RecordError, nearest
from dialoom.graph.context import Context, Said
from dialoom.models import AskedCall, Message
from dialoom.nodes._tools.tool import Before, Call, Tool, ToolError
from dialoom.nodes._tools.toolbox import Toolbox

_EMPTY = "there is neither a text nor a call in it"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model uses its tools.

    Attributes:
        model: who calls; `simulator` plays the tools that no function answers, and knows `world`.
        params: sampling parameters of both.
        steps: how many rounds of calls there may be; then it has to answer.
        tries: how often, in all, one answer is asked for until its calls fit.
        choice: `tool_choice` of the first call; after it the model is free.
    """

    model: str
    simulator: str
    params: Mapping[str, Any]
    world: str = ""
    steps: int = 6
    tries: int = 4
    choice: str = "auto"


@dataclass(slots=True)
class Talk:
    """What the tools of one talk have seen, from one turn to the next.

    Attributes:
        record: the record's fields, which functions may read and keep things in.
        answered: the calls that were answered, oldest first.
        calls: how many were made.
    """

    record: dict[str, Any]
    answered: list[Before] = field(default_factory=list)
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Used:
    """What came of it.

    Attributes:
        answer: what the model said at last.
        rounds: the calls that were made, all with arguments that fit, and their results.
        calls: every call as it was asked for: name, arguments, and `result` or `error`; `refused` where it did not fit
            and so was not made.
        messages: what the rounds add to the talk, in OpenAI's form, the answer included.
    """

    answer: str
    rounds: Sequence[Round]
    calls: Sequence[Mapping[str, Any]]
    messages: Sequence[Message]


async def use_tools(
    toolbox: Toolbox, manner: Manner, messages: Sequence[Message], talk: Talk, context: Context, sample: int
) -> Used:
    """Let a model work with tools until it answers.

    A call that does not fit (unknown tool, broken JSON, arguments beyond the schema) is told to the model with the
    reason and asked for again; it leaves no trace in what follows. A tool that raises, takes too long or answers what
    its own schema does not allow gives an error as its result, which the model has to deal with.

    Raises RecordError where no answer of `tries` fitted.
    """
    definitions = toolbox.definitions()
    told: list[Message] = []
    rounds: list[Round] = []
    log: list[dict[str, Any]] = []
    while True:
        choice = "none" if len(rounds) >= manner.steps else "auto" if rounds else manner.choice
        said, wanted = await _fitting(toolbox, manner, [*messages, *told], definitions, choice, context, sample, log)
        if not wanted:
            told.append({"role": "assistant", "content": said.text})
            return Used(said.text, rounds, log, told)
        made = []
        for tool, arguments in wanted:
            talk.calls += 1
            # Nine letters and digits: what the strictest chat templates take.
            made.append(await _made(tool, arguments, f"call{talk.calls:05}", manner, talk, context, sample, log))
        rounds.append(Round(said.text, made))
        told += messages_of_round(rounds[-1])


def messages_of_round(one: Round) -> list[Message]:
    """The assistant's message with the calls, and one of each tool."""
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": orjson.dumps(call.arguments).decode()},
        }
        for call in one.calls
    ]
    results = [{"role": "tool", "tool_call_id": call.id, "content": result_text(call.result)} for call in one.calls]
    return [{"role": "assistant", "content": one.text, "tool_calls": calls}, *results]


async def _fitting(
    toolbox: Toolbox,
    manner: Manner,
    messages: Sequence[Message],
    definitions: Sequence[Mapping[str, Any]],
    choice: str,
    context: Context,
    sample: int,
    log: list[dict[str, Any]],
) -> tuple[Said, list[tuple[Tool, dict[str, Any]]]]:
    """An answer whose calls fit, and those calls."""
    asked = list(messages)
    why = ""
    for again in range(manner.tries):
        said = await context.ask_calls(
            manner.model, asked, definitions, choice=choice, params=manner.params, sample=sample, again=again
        )
        checked = [_checked(toolbox, call) for call in said.calls]
        wanted = [(one.tool, one.arguments) for one in checked if one.tool is not None and not one.why]
        why = said.wrong or _against(said, choice)
        if not why and len(wanted) == len(checked):
            return said, wanted
        for one in checked:
            refused = {"name": one.asked.name, "arguments": one.arguments, "error": one.why or why or _BESIDE}
            log.append({**refused, "refused": True})
            context.note("refused a tool call", round=again, **refused)
        if not checked:
            context.note("asked again for an answer that fits", round=again, why=why)
        asked = [*messages, *_corrected(said, checked, why)]
        why = why or next(one.why for one in checked if one.why)
    raise RecordError(f"no answer of the agent fitted in {manner.tries} tries: {why}")


_BESIDE = "not made, since another call beside it was wrong"


@dataclass(frozen=True, slots=True)
class _Checked:
    asked: AskedCall
    arguments: Any
    tool: Tool | None
    why: str


def _checked(toolbox: Toolbox, call: AskedCall) -> _Checked:
    """The call, parsed, and why it does not fit; an empty text where it does."""
    try:
        arguments = orjson.loads(call.arguments or "{}")
    except orjson.JSONDecodeError as error:
        return _Checked(call, call.arguments, None, f"the arguments are no JSON: {error}")
    tool = toolbox.tools.get(call.name)
    if tool is None:
        near = nearest(call.name, list(toolbox.tools)) or ""
        return _Checked(call, arguments, None, f"there is no tool '{call.name}' ({near})")
    if not isinstance(arguments, dict):
        return _Checked(call, arguments, tool, "the arguments are no JSON object")
    why = tool.wrong_arguments(arguments)
    return _Checked(call, arguments, tool, f"the arguments are wrong: {why}" if why else "")


def _against(said: Said, choice: str) -> str:
    """What in an answer is against what was asked for."""
    if choice == "none" and said.calls:
        return "no more tools can be called: answer in words, with what is known"
    if choice != "none" and choice != "auto" and not said.calls:
        return f"call {'a tool' if choice == 'required' else choice} first"
    return "" if said.calls or said.text else _EMPTY


def _corrected(said: Said, checked: Sequence[_Checked], why: str) -> Iterator[Message]:
    """The wrong answer and what is wrong with it, as it goes back to the model."""
    if not checked or why or any(one.tool is None for one in checked):
        # Servers refuse messages with calls of tools that there are not.
        wrote = [f"{one.asked.name}({one.asked.arguments})" for one in checked]
        wrong = why or "; ".join(one.why for one in checked if one.why)
        if text := "\n".join(filter(None, [said.text, *wrote])):
            yield {"role": "assistant", "content": text}
            yield {"role": "user", "content": f"That is not right: {wrong}. Answer again."}
        return
    calls = [
        ToolCall(name=one.asked.name, arguments=_object(one.arguments), id=f"wrong{number:04}")
        for number, one in enumerate(checked)
    ]
    for call, one in zip(calls, checked, strict=True):
        call.result = {"error": one.why or _BESIDE}
    yield from messages_of_round(Round(said.text, calls))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


async def _made(
    tool: Tool,
    arguments: dict[str, Any],
    id: str,
    manner: Manner,
    talk: Talk,
    context: Context,
    sample: int,
    log: list[dict[str, Any]],
) -> ToolCall:
    """The call with its result, or with its error as the result."""
    call = Call(
        arguments=arguments,
        before=tuple(talk.answered),
        record=talk.record,
        model=manner.simulator,
        world=manner.world,
        params=manner.params,
        sample=sample,
    )
    begun = monotonic()
    error = None
    result: Any = None
    try:
        result = await tool.answer(tool, call, context)
        if wrong := tool.wrong_result(result):
            error = f"the tool answered what its schema does not allow: {wrong}"
    except ToolError as raised:
        error = str(raised)
    if tool.local:
        # That of a simulated tool is counted with its calls.
        context.took(monotonic() - begun)
    outcome = {"error": error} if error is not None else {"result": result}
    done = {"name": tool.name, "arguments": arguments, "id": id, **outcome}
    log.append(done)
    context.note("called a tool", **done)
    if error is None:
        talk.answered.append(Before(tool.name, arguments, result))
    # As the model reads it, and as a file of messages gives it back; null would look like what is not known.
    shown = result_of(result_text(outcome if error is not None else result))
    return ToolCall(name=tool.name, arguments=arguments, id=id, result=shown)
