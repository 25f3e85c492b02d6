"""What tests of widgets do: press buttons, and wait."""

import asyncio


def press(widget, name):
    widget._buttons[name].click()


def status(widget):
    return widget._status.value


async def until(condition):
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never happened")
