"""A question that work in a thread asks the person: the thread waits, and nothing else does."""

import queue
from collections.abc import Callable
from typing import Generic, TypeVar

from textual.message import Message

from services.cancel import Cancellation
from services.person import Person
from services.profile.secrets import Given, Wanted
from tui.messages import MfaCodeWanted, SecretWanted

_POLL = 0.1  # seconds between looks at the cancellation
Answer = TypeVar("Answer")


class Question(Generic[Answer]):
    """Answered once, from the screen."""

    def __init__(self, cancellation: Cancellation) -> None:
        self._cancellation = cancellation
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()

    def answer(self, answer: Answer) -> None:
        """Give the answer; never blocks."""
        self._answers.put(answer)

    def wait(self) -> Answer:
        """The answer. Raises Interrupted when the work is cancelled first."""
        while True:
            self._cancellation.check()
            try:
                return self._answers.get(timeout=_POLL)
            except queue.Empty:
                continue


def person_at(post: Callable[[Message], object], cancellation: Cancellation) -> Person:
    """The person at the screen that takes the messages; what waits for an answer ends with the cancellation."""

    def give_secret(wanted: Wanted) -> Given:
        question: Question[Given] = Question(cancellation)
        post(SecretWanted(wanted, question.answer))
        return question.wait()

    def give_mfa_code(device: str) -> str:
        question: Question[str] = Question(cancellation)
        post(MfaCodeWanted(device, question.answer))
        return question.wait()

    return Person(give_secret, give_mfa_code)
