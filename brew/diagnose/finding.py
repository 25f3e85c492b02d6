"""Finding and Diagnosis: what the doctor says, for people and for programs."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    name : str
        What it is, such as ``"dead ReLU"``.
    evidence : str
        What was seen, with numbers.
    remedy : str
        What to do.
    layer : str
        The layer at fault; ``""`` if it is not one layer.
    """

    name: str
    evidence: str
    remedy: str
    layer: str = ""

    @property
    def title(self):
        """The name, and the layer if there is one."""
        return f"{self.name} (layer {self.layer!r})" if self.layer else self.name

    def __str__(self):
        return f"{self.title}\n  seen:   {self.evidence}\n  remedy: {self.remedy}"

    def _repr_html_(self):
        return (
            "<div style='border-left:4px solid #D55E00;padding:2px 10px;margin:6px 0'>"
            f"<b>{escape(self.title)}</b><br>{escape(self.evidence)}<br>"
            f"<span style='color:#0072B2'>Remedy:</span> {escape(self.remedy)}</div>"
        )


# What can be seen of many illnesses; what names a cause comes first.
_SYMPTOMS = ("diverging loss", "plateau at ln K", "loss 87.3365", "loss is not finite")


class Diagnosis(list):
    """The findings, causes first; it shows itself as text and in notebooks.

    Parameters
    ----------
    findings : iterable of Finding
    healthy : str
        What is said if there are none.
    """

    def __init__(self, findings, healthy):
        super().__init__(sorted(findings, key=lambda f: f.name in _SYMPTOMS))
        self.healthy = healthy

    @property
    def names(self):
        """The names of the findings, in order."""
        return [finding.name for finding in self]

    def __repr__(self):
        if not self:
            return f"Nothing found: {self.healthy}."
        numbered = (f"{i}. {finding}" for i, finding in enumerate(self, 1))
        return "\n".join(numbered)

    def _repr_html_(self):
        if not self:
            return (
                "<div style='border-left:4px solid #009E73;padding:2px 10px'>"
                f"<b>Nothing found</b><br>{escape(self.healthy)}.</div>"
            )
        return "".join(finding._repr_html_() for finding in self)
