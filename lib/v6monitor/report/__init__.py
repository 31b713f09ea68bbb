"""How does a month get reported unattended? Strict parameters, papermill, one atomic swap."""

import sys

# jsonschema loads a grammar of IRIs where JupyterLab brought one, which takes most of a second in
# every process; no notebook has an IRI to check.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
