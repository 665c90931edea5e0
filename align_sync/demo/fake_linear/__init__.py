"""A pretended Linear: a workspace to fill and change, and the endpoint over it."""

from align_sync.demo.fake_linear.limits import Allowances
from align_sync.demo.fake_linear.server import FakeLinear
from align_sync.demo.fake_linear.site import PERSONAL_KEY, LinearSite

__all__ = ["PERSONAL_KEY", "Allowances", "FakeLinear", "LinearSite"]
