"""Tables of the policy library and the project catalogue."""

from backend.catalogue.models.parameters import ChangeStatus, Parameter, ParameterChange, ParameterName, Residence
from backend.catalogue.models.policies import DocumentStatus, PolicyClause, PolicyDocument
from backend.catalogue.models.projects import Project, ProjectVersion, VersionStatus

__all__ = [
    "ChangeStatus",
    "DocumentStatus",
    "Parameter",
    "ParameterChange",
    "ParameterName",
    "PolicyClause",
    "PolicyDocument",
    "Project",
    "ProjectVersion",
    "Residence",
    "VersionStatus",
]
