"""The same routes in FastAPI: the peer that bench/backend.js measures DovvyBuddy's backend against.

It uses the same database, tables and SQL, writes one JSON log line for each request and sets the same headers. It does less
per request otherwise (no synonyms, no learnt safety check, no guards), so that what is left is the framework, the driver and
the language.
"""

import datetime
import json
import logging
import os
import re
import sys
import time
import uuid
from typing import Optional

import asyncpg
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

FIND = """
with words as (
  select term, max(weight) as weight from (
    select unnest(tsvector_to_array(to_tsvector('english', $2))) as term, 1.0::real as weight
    union all
    select unnest(tsvector_to_array(to_tsvector('english', $3))), $4::real
  ) as both_questions group by term
),
total as (select greatest(sum(weight), 1) as weight from words),
hits as materialized (
  select t.document_id, t.passage_id, t.term, t.score * w.weight as score, w.weight
  from words w join dovvybuddy.passage_terms t on t.set_id = $1 and t.term = w.term
),
per_document as (
  select document_id, sum(weight) as weight,
    sum(best) * case when d.area = 'destinations' and not $5::boolean then 0.8 else 1.0 end as score
  from (select document_id, term, max(score) as best, max(weight) as weight
        from hits group by document_id, term) as b
  join dovvybuddy.documents d on d.id = document_id
  group by document_id, d.area order by score desc, document_id limit 4
),
per_passage as (
  select h.passage_id, sum(h.score) as score
  from hits h join per_document using (document_id) group by h.passage_id
)
select d.slug, d.area, d.title, d.summary, p.position, p.heading, p.body,
  per_passage.score::float8 as passage_score, per_document.score::float8 as document_score,
  (per_document.weight / total.weight)::float8 as coverage
from total cross join per_passage
join dovvybuddy.passages p on p.id = per_passage.passage_id
join dovvybuddy.documents d on d.id = p.document_id
join per_document on per_document.document_id = d.id
order by per_document.score desc, d.id, per_passage.score desc, p.position
limit 24"""

INSERT = """
with session as (
  insert into dovvybuddy.sessions (id, expires_at, message_count, diver_profile)
  values ($1, now() + $2 * interval '1 hour', 2, $7::jsonb) returning id
)
insert into dovvybuddy.messages (session_id, position, role, content, agent_type, citations, safety)
select session.id, 0, 'user', $3, null, null, null from session
union all
select session.id, 0 + 1, 'assistant', $4, $5, $6::jsonb, $8 from session
returning position"""

EMERGENCY = re.compile(r"\b(unconscious|unresponsive|not breathing|cannot breathe|numb|tingling|paraly[sz]ed|chest pain)\b", re.I)
MEDICAL = re.compile(r"\b(asthma|pregnant|diabetes|epilepsy|medication|surgery|heart)\b", re.I)
AGENTS = {"certification": "certification", "destinations": "trip", "safety": "safety", "general": "general"}

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
log = logging.getLogger("requests")
SECURITY_HEADERS = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"origin-agent-cluster", b"?1"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-dns-prefetch-control", b"off"),
    (b"x-download-options", b"noopen"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"x-permitted-cross-domain-policies", b"none"),
    (b"x-xss-protection", b"0"),
]


class Requests:
    """Request id, security headers and one log line: what the requirements want of the Python backend's middleware."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        begun = time.perf_counter()
        given = dict(scope["headers"]).get(b"x-request-id")
        request_id = given.decode() if given else str(uuid.uuid4())
        status = 500

        async def send_with_headers(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), *SECURITY_HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers)
        # Like ours, /health is not logged.
        if scope["path"] != "/health":
            log.info(json.dumps({
                "severity": "INFO", "time": datetime.datetime.utcnow().isoformat() + "Z", "requestId": request_id,
                "httpRequest": {
                    "requestMethod": scope["method"], "requestUrl": scope["path"], "status": status,
                    "latency": f"{time.perf_counter() - begun:.6f}s", "remoteIp": scope["client"][0],
                },
                "message": f"{scope['method']} {scope['path']} {status}",
            }))


app = FastAPI()
app.add_middleware(Requests)
started = time.monotonic()
state = {}


class ChatRequest(BaseModel):
    message: str = Field(min_length=1, max_length=2000)
    sessionId: Optional[uuid.UUID] = None


class Citation(BaseModel):
    title: str
    slug: str
    area: str
    section: str


class ChatResponse(BaseModel):
    response: str
    sessionId: uuid.UUID
    agentType: str
    followUpQuestion: Optional[str] = None
    citations: list[Citation]
    metadata: dict


class Health(BaseModel):
    status: str
    version: str
    commit: str
    uptimeSeconds: float


@app.on_event("startup")
async def start() -> None:
    state["pool"] = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=10)
    async with state["pool"].acquire() as connection:
        state["set"] = await connection.fetchval("select max(id) from dovvybuddy.content_sets")


@app.get("/health", response_model=Health)
async def health() -> Health:
    return Health(status="ok", version="1", commit="peer", uptimeSeconds=round(time.monotonic() - started, 1))


@app.post("/api/chat", response_model=ChatResponse)
async def chat(request: ChatRequest) -> ChatResponse:
    if EMERGENCY.search(request.message) or MEDICAL.search(request.message):
        raise HTTPException(503)
    pool = state["pool"]
    rows = await pool.fetch(FIND, state["set"], request.message, "", 0.4, False)
    best = rows[:2]
    text = "\n\n".join(row["body"] for row in best)
    citations = [Citation(title=r["title"], slug=r["slug"], area=r["area"], section=r["heading"]) for r in best]
    agent = AGENTS[best[0]["area"]] if best else "general"
    session = uuid.uuid4()
    dumped = json.dumps([c.dict() for c in citations])
    await pool.fetch(INSERT, session, 24, request.message, text, agent, dumped, None, "safe")
    return ChatResponse(
        response=text, sessionId=session, agentType=agent, citations=citations,
        metadata={"requestId": str(uuid.uuid4()), "mode": "extractive", "safety": "safe"},
    )
