"""A world that classes have in common is the same for each, and none sees another."""

from odoo.tests import TransactionCase, tagged

from .worlds import World, made_once


class InOneWorld(TransactionCase):
    @classmethod
    @made_once
    def setUpClass(cls):
        super().setUpClass()
        cls.noted = []
        cls.made = cls.env["res.partner"].create({"name": cls._name_of_world()})

    @classmethod
    def _name_of_world(cls):
        return "Of a world"


@tagged("post_install", "-at_install")
class TestWorld(InOneWorld):
    """It runs twice, and finds the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.noted.append(cls.made.name)
        partners = cls.env["res.partner"]
        cls.before = partners.search_count([("name", "=", "Of a class")])
        partners.create({"name": "Of a class"})
        cls.function = cls.made.function
        cls.made.function = "Teacher"

    def test_what_a_class_adds_the_next_does_not_find(self):
        self.assertEqual(self.before, 0)
        self.assertEqual(self.noted, ["Of a world"])
        self.assertFalse(self.function)
        if World.shares:
            self.assertEqual(World.open.base, InOneWorld)
            self.assertEqual(World.open.maker.made, self.made)


class TestWorldAgain(TestWorld):
    pass


@tagged("post_install", "-at_install")
class TestAnotherWorld(InOneWorld):
    """What a class says otherwise makes another world."""

    @classmethod
    def _name_of_world(cls):
        return "Of another"

    def test_another_world(self):
        self.assertEqual(self.made.name, "Of another")
        self.assertFalse(World.open)
