"""A notebook that is open in JupyterLab, in a browser."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
READY = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    const context = panel.sessionContext;
    await panel.revealed; await panel.context.ready; await context.ready;
    const kernel = () => context.session?.kernel;
    while (kernel()?.connectionStatus !== 'connected' || kernel().status !== 'idle')
        await new Promise(wake => setTimeout(wake, 50));
}"""
RUN = """async ([first, last]) => {
    const { content } = window.jupyterapp.shell.currentWidget;
    content.deselectAll();
    content.activeCellIndex = first;
    content.extendContiguousSelectionTo(last);
    await window.jupyterapp.commands.execute('notebook:run-cell');
    content.deselectAll();
}"""
SHOW = """async number => {
    const { content } = window.jupyterapp.shell.currentWidget;
    await content.scrollToItem(number, 'start');
}"""
CELLS = """() => [...window.jupyterapp.shell.currentWidget.content.widgets]
    .map(({ model }) => ({
        source: model.sharedModel.source,
        type: model.type,
        count: model.executionCount ?? null,
        outputs: model.type === 'code' ? model.outputs.toJSON() : [],
    }))"""


class NotebookPage:
    """Opens a notebook, runs its cells, and tells what came out.

    ``window.jupyterapp`` does what the menu does. Not before the kernel is
    connected: until then the menu would ask which kernel to take, or do nothing.

    Parameters
    ----------
    page : playwright.sync_api.Page
    address : str
        Of the server.
    name : str
        Of the notebook, in the folder that is served.
    """

    def __init__(self, page, address, name):
        self.page = page
        page.goto(f"{address}/lab/tree/{name}?reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.evaluate(READY)

    def run(self, first=0, last=-1):
        """Run the cells from `first` to `last`; return their values as text."""
        cells = self.cells()
        last = last % len(cells)
        self.page.evaluate(RUN, [first, last])
        return [
            output["data"]["text/plain"]
            for cell in self.cells()[first : last + 1]
            for output in cell["outputs"]
            if output["output_type"] == "execute_result"
        ]

    def show(self, number):
        """Scroll to a cell: those far away are not part of the page."""
        self.page.evaluate(SHOW, number)

    def cells(self):
        """Return for each cell its source, type, execution count and outputs."""
        return self.page.evaluate(CELLS)

    def find_cell(self, text):
        """Return the number of the first cell that has this text."""
        sources = [cell["source"] for cell in self.cells()]
        return next(i for i, source in enumerate(sources) if text in source)

    def cells_not_run(self):
        """Return the source of each code cell that has no execution count."""
        return [
            cell["source"]
            for cell in self.cells()
            if cell["type"] == "code" and cell["count"] is None
        ]

    def complaints(self):
        """Return all errors and all output to stderr."""
        outputs = [output for cell in self.cells() for output in cell["outputs"]]
        return [
            output
            for output in outputs
            if output["output_type"] == "error" or output.get("name") == "stderr"
        ]


def open_notebook(page, lab, name, texts):
    """Write a notebook of code cells with these texts, and open it."""
    address, folder = lab
    cells = [new_code_cell(text) for text in texts]
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), folder / name)
    return NotebookPage(page, address, name)


def choose_file(page, button, path):
    """Press a button that asks for a file, and answer with this one."""
    with page.expect_file_chooser() as chooser:
        button.click()
    chooser.value.set_files(path)
