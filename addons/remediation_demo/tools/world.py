"""What the chapters of the demonstration hand to each other."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

#: The same seed makes the same organisation, child by child.
SEED = "Lumière"


@dataclass
class World:
    """The invented organisation while it is made.

    :param now: the present of the demonstration (UTC)
    :param move: sets the clock
    """

    now: object
    move: object
    clock: object = None
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    agenda: dict = field(default_factory=lambda: defaultdict(list))
    children: list = field(default_factory=list)
    sites: list = field(default_factory=list)
    programmes: list = field(default_factory=list)
    schools: list = field(default_factory=list)
    centres: list = field(default_factory=list)
    funders: list = field(default_factory=list)
    people: dict = field(default_factory=dict)
    areas: dict = field(default_factory=dict)
    teams: dict = field(default_factory=dict)
    buyer: object = None
    answers: dict = field(default_factory=dict)
    money: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)
    twins: list = field(default_factory=list)

    def day(self, ago):
        """The date so many days before the present."""
        return self.now.date() - timedelta(days=ago)

    def today(self):
        """The date of the day that is being told."""
        return self.clock.date()

    def moment(self, ago):
        """The moment (UTC) so many days before the present."""
        return self.now - timedelta(days=ago)

    def working_day(self, ago):
        """Work is put down on Tuesdays and Thursdays, so that it comes in batches: the
        last such day that is at least ``ago`` days past; the present stays itself."""
        if ago <= 0:
            return 0
        while self.day(ago).weekday() not in (1, 3):
            ago += 1
        return ago

    def plan(self, ago, what, *facts):
        """Put something on the agenda of a day."""
        self.agenda[self.working_day(ago)].append((what, facts))
