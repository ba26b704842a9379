"""The open values of one stack, by the names that its templates call them."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager

from shared_ecr.records import field, record
from shared_ecr.review.documents.assumptions import OTHER, Assumed, OpenValue, Touched, Unit, WorldAssumptions

YES, NO = "yes", "no"
_ANSWERS = (NO, YES)


@record
class StackAssumptions:
    """Asks for the assumptions of one stack."""

    stack: str
    """The root stack: those nested in it are given its values."""
    assumptions: WorldAssumptions = field(default_factory=WorldAssumptions)

    def choose(self, name: str, candidates: Iterable[Assumed] = (OTHER,)) -> Assumed:
        """Return what is assumed of the open value *name*, which may be any of *candidates*."""
        return self.assumptions.choose(OpenValue(self.stack, name), candidates)

    def compare(self, name: str, literal: str) -> None:
        """Note that the open value *name* is compared with *literal*, so that it matters whether it is that."""
        self.assumptions.choose(OpenValue(self.stack, name), (OTHER, literal))

    def decide(self, question: str) -> bool:
        """Return the answer that is assumed to *question*, which no single value decides."""
        return self.choose(question, _ANSWERS) == YES

    def one_of(self, question: str, options: Sequence[str]) -> str:
        """Return the one of *options* that is assumed as the answer to *question*."""
        answer = self.choose(question, options)
        return answer if isinstance(answer, str) else options[0]

    def give_up(self) -> None:
        """Note that what is being read cannot be deployed under the assumptions."""
        self.assumptions.give_up()

    def recording(self) -> AbstractContextManager[Touched]:
        """Collect what the reading inside depends on."""
        return self.assumptions.recording()

    def repeat(self, touched: Touched) -> None:
        """Note again what an answer that was kept depends on."""
        self.assumptions.repeat(touched)

    def unit(self, unit: Unit) -> AbstractContextManager[None]:
        """Collect what *unit* depends on, which is read inside."""
        return self.assumptions.unit(unit)
