"""A document of a word processor, filled in from the organisation's template.

The template is DOCX, which Word and LibreOffice both write; what stands in it between
braces is Jinja, run in Jinja's sandbox over plain texts and lists: whoever may upload a
template reaches no record and no Python with it.
"""

import io
import zipfile

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

#: Of a template, unpacked; the parts of one without pictures are some 100 kB.
MAX_UNPACKED = 24 * 1024 * 1024


class PaperError(Exception):
    """Why a template cannot be filled, in the words of who reads templates."""


class _Environment(ImmutableSandboxedEnvironment):
    def __init__(self):
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals = {}


def fill(template, values):
    """Return the document, as bytes.

    :param bytes template: a DOCX with Jinja's braces
    :param dict values: texts, numbers, lists and dicts of those
    :raises PaperError: it is no DOCX, is too large, or asks for what there is not
    """
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise PaperError("too large")
        paper = DocxTemplate(io.BytesIO(template))
        paper.render(values, jinja_env=_Environment())
        result = io.BytesIO()
        paper.save(result)
    except (TemplateError, SecurityError) as error:
        raise PaperError(str(error)) from error
    except PaperError:
        raise
    except Exception as error:  # docxtpl raises whatever a broken file provokes
        raise PaperError(type(error).__name__) from error
    return result.getvalue()
