import pytest
from tests.flows.jira_world import *
from align_sync.demo.fake_jira import Flavour
import time
@pytest.mark.parametrize("flavour", list(Flavour))
def test_x(database_url, flavour):
    t=time.time()
    with jira_world(database_url, flavour) as w:
        print("open", time.time()-t); t=time.time()
        r = w.pull()
        print("pull", time.time()-t, r)
        for e in w.server.requests: print(e.method, e.path, dict(e.query), e.body[:200])
        w.clock.tick()
        t=time.time()
        r = w.pull()
        print("pull", time.time()-t, r)
        for e in w.server.requests: print(e.method, e.path, dict(e.query), e.body[:200])
        print(w.members(42))
        assert r.failure is None
