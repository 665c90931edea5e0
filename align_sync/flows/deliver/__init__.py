"""Deliver: send what waits in the outbox, each message once, and delete what stands there twice all the same."""

from align_sync.flows.deliver.result import DeliverResult
from align_sync.flows.deliver.run import deliver

__all__ = ["DeliverResult", "deliver"]
