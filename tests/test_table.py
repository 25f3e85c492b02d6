"""Tables read well as text and as HTML."""

from xml.etree import ElementTree

from brew.table import Table

TABLE = Table(
    ["solver", "iterations", "loss"],
    [["a<b", 100, 0.123456], ["Nesterov", 7, None]],
)


def test_words_stand_left_and_numbers_right():
    assert str(TABLE).splitlines() == [
        "solver    iterations    loss",
        "a<b              100  0.1235",
        "Nesterov           7",
    ]


def test_html_has_a_cell_for_each_and_escapes_words():
    root = ElementTree.fromstring(TABLE._repr_html_())
    cells = [[cell.text or "" for cell in row] for row in root.iter("tr")]
    assert cells[0] == ["solver", "iterations", "loss"]
    assert cells[1] == ["a<b", "100", "0.1235"]
    assert cells[2] == ["Nesterov", "7", ""]
    first_row = next(root.iter("tbody"))[0]
    styles = [cell.get("style") for cell in first_row]
    assert [style.split(";")[0] for style in styles] == [
        "text-align:left",
        "text-align:right",
        "text-align:right",
    ]
    assert all("padding" in style for style in styles)


def test_numbers_keep_their_zeros_so_that_points_stand_below_each_other():
    numbers = [171.0, 173.64, 24.9, 1234.0, 0.5, float("nan")]
    lines = str(Table(["loss"], [[number] for number in numbers])).split()
    assert lines[1:] == ["171.0", "173.6", "24.90", "1234", "0.5000", "nan"]


def test_a_column_with_one_word_stands_left():
    lines = str(Table(["loss", "n"], [["dropped out", 1], [0.5, 2]])).splitlines()
    assert lines[2].startswith("0.5000 ")


def test_a_table_without_rows_shows_its_heads():
    assert str(Table(["a", "b"], [])) == "a  b"
