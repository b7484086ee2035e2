#!/usr/bin/env python3
"""An independent verifier of Parley records (RECORD), written from SPEC.md and spec/*.md alone.

    python3 verify_record.py RECORD [RECORD...]

Without pins: each record is judged under its own roots (RECORD2). One line of JSON a file; exit 0 if all stand.
Needs `cryptography` (Ed25519) and `dilithium-py` (ML-DSA-65). No clock, no network."""
from __future__ import annotations
import hashlib, json, re, sys  # noqa: E401
from collections import namedtuple
from dataclasses import dataclass, field
from typing import Any, Callable
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from dilithium_py.ml_dsa import ML_DSA_65

Shape = Callable[[Any], bool]

class Refused(Exception):
    def __init__(self, code: str, place: int | None = None):
        super().__init__(code)
        self.code, self.place = code, place

def need(holds: bool, code: str = "bytes.malformed") -> None:
    if not holds:
        raise Refused(code)

# ---- The one encoding (BYTES1, BYTES2) -------------------------------------------------------------------------------
def item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """The item that begins at `at`, and where it ends."""
    need(at < len(data) and depth > 0)
    major, n = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:  # no floats, no undefined
        need(n in (20, 21, 22))
        return {20: False, 21: True, 22: None}[n], at
    if n >= 24:
        need(n <= 27)  # no indefinite lengths
        size = 1 << (n - 24)
        need(at + size <= len(data))
        n = int.from_bytes(data[at:at + size], "big")
        at += size
        need((24 if size == 1 else 1 << 4 * size) <= n < 2**53)  # shortest heads; integers to 2^53 - 1
    if major == 0:
        return n, at
    need(major in (2, 3, 4, 5) and n <= len(data) - at)  # no negatives, no tags; each thing counted takes a byte
    if major in (2, 3):
        try:  # BYTES5: well-formed
            return data[at:at + n] if major == 2 else data[at:at + n].decode("utf-8"), at + n
        except UnicodeDecodeError:
            raise Refused("bytes.malformed") from None
    if major == 4:
        items = []
        for _ in range(n):
            value, at = item(data, at, depth - 1)
            items.append(value)
        return items, at
    fields, before = {}, b""
    for _ in range(n):
        start = at
        name, at = item(data, at, depth - 1)
        need(type(name) is str and data[start:at] > before)  # keys in bytewise order, each once
        before = data[start:at]
        fields[name], at = item(data, at, depth - 1)
    return fields, at

FORBIDDEN = re.compile(  # BYTES5
    "[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffc\ufffe\uffff\U000e0000-\U000e007f]")

ZONE_PART = "[A-Za-z][A-Za-z0-9_+-]*"

# A shape: a test of values, a dict of the fields of a map, or a tuple of what may stand.
def fits(v: Any, shape: Any) -> bool:
    if isinstance(shape, dict):  # no field missing or unknown
        return type(v) is dict and v.keys() == shape.keys() and all(fits(v[k], s) for k, s in shape.items())
    if isinstance(shape, tuple):
        return any(fits(v, s) if callable(s) else type(v) is type(s) and v == s for s in shape)
    return shape(v)

def UINT(v: Any) -> bool:
    return type(v) is int  # and no bool
def Bytes(most: int, least: int = 0) -> Shape:
    return lambda v: type(v) is bytes and least <= len(v) <= most
def Text(most: int) -> Shape:  # BYTES5: in UTF-16 code units, at least one
    return lambda v: type(v) is str and 1 <= len(v.encode("utf-16-le")) // 2 <= most and not FORBIDDEN.search(v)
def Zone(v: Any) -> bool:  # SHEET1
    return Text(64)(v) and re.fullmatch(f"{ZONE_PART}(/{ZONE_PART})*", v) is not None
def Array(least: int, most: int, of: Any) -> Shape:
    return lambda v: type(v) is list and least <= len(v) <= most and all(fits(x, of) for x in v)
def Variant(kinds: dict[str, dict[str, Any]]) -> Shape:  # BYTES3
    return lambda v: type(v) is dict and any(fits(v, {"kind": (kind,)} | of) for kind, of in kinds.items())

def read(shape: Any, data: bytes, limit: int = 65_536) -> dict[str, Any]:
    need(len(data) <= limit, "bytes.too-long")  # BYTES2: before anything is read
    value, end = item(data, 0, 16)  # deeper than any shape here, so that nothing deeper could fit
    need(end == len(data) and fits(value, shape))
    return value

ID16, KEY, SIG, PQ_SIG = Bytes(16, 16), Bytes(32, 32), Bytes(64, 64), Bytes(3309, 3309)
HASH = KEY  # and ROOT, HEAD
V1 = (1,)  # BYTES4
ROLE = ("principal", "adviser", "note-taker", "interpreter", "technician", "press")
ROOT_KEYS = {"v": V1, "ed": KEY, "pq": Bytes(1952, 1952)}  # IDENT1
CERTIFICATE = {"body": Bytes(512), "ed": SIG, "pq": PQ_SIG}  # IDENT3
CERTIFICATE_BODY = {"v": V1, "root": HASH, "key": KEY, "serial": UINT, "from": UINT, "until": UINT}
MANDATE = {"body": Bytes(2048), "sig": SIG}  # IDENT5
MANDATE_BODY = {"v": V1, "root": HASH, "issuer": HASH, "meeting": ID16, "seat": Text(32), "role": ROLE,
                "name": Text(120), "function": Text(160), "device": KEY, "from": UINT, "until": UINT}
CHAIN = {"certificate": Bytes(4096), "mandate": Bytes(2560)}
SHEET = {"body": Bytes(32_768),  # SHEET1
         "signatures": Array(2, 8, {"root": HASH, "certificate": Bytes(4096), "sig": SIG})}
SHEET_BODY = {
    "v": (2,), "meeting": ID16, "title": Text(200), "host": HASH, "from": UINT, "until": UINT,
    "zone": Zone, "record": ("everything", "decisions", "nothing"),
    "delegations": Array(2, 8, {"root": HASH, "name": Text(120)}),
    "seats": Array(1, 64, {"id": Text(32), "root": HASH, "role": ROLE, "name": Text(120), "function": Text(160)})}
ENTRY = {"v": V1, "meeting": ID16, "seq": UINT, "prev": HASH, "time": UINT, "act": Bytes(12_480)}  # LOG1
COUNTERSIGNATURE = {"body": Bytes(256), "root": HASH, "sig": SIG}  # LOG5
COUNTERSIGNATURE_BODY = {"v": V1, "meeting": ID16, "seq": UINT, "head": HASH, "time": UINT, "serial": UINT}
ACT = {"body": Bytes(12_288), "sig": SIG}  # ACT1
ACT_BODY = {
    "v": (2,), "meeting": ID16, "n": UINT, "saw": {"seq": UINT, "head": HASH},
    "by": Variant({"device": {"mandate": HASH}, "node": {"root": HASH}}),
    "action": Variant({
        "sit": {"chain": CHAIN, "keyPackage": HASH, "frameKey": KEY, "takesOver": (False, True)},
        "found": {"circle": ("table",), "generation": UINT, "authenticator": HASH},
        "commit": {"circle": ("table",), "generation": UINT, "epoch": UINT, "upTo": UINT, "ended": UINT, "commit": HASH,
                   "welcome": (HASH, None), "authenticator": HASH},
        "leave": {"seating": UINT}, "remove": {"seating": UINT, "reason": Text(200)}, "lost": {"seating": UINT},
        "knock": {"chain": CHAIN}, "allow": {"knock": UINT}, "deny": {"knock": UINT, "reason": Text(200)},
        "hand": {"seating": UINT}, "preside": {}, "close": {"agreed": (False, True)}})}
RESTRICTIONS = ("leave", "remove", "lost", "deny")
RECORD_LIMIT = 268_435_456
RECORD = {"body": Bytes(RECORD_LIMIT), "root": HASH, "certificate": Bytes(4096), "sig": SIG}  # RECORD1
RECORD_BODY = {
    "v": V1, "at": UINT, "roots": Array(2, 8, ROOT_KEYS), "sheet": Bytes(131_072),
    "entries": Array(0, 1_048_576, Bytes(16_384)), "countersignatures": Array(0, 1_048_576, Bytes(512)),
    "restrictions": Array(0, 4096, Bytes(12_480)), "equivocations": Array(0, 64, Array(2, 2, Bytes(512)))}

# ---- Hashes and signatures (BYTES6, BYTES7) --------------------------------------------------------------------------
def bound(purpose: str, m: bytes) -> bytes:
    return b"parley/1 " + purpose.encode() + b"\0" + m

def hash_of(purpose: str, m: bytes) -> bytes:
    return hashlib.sha256(bound(purpose, m)).digest()

SMALL_ORDER = {n.to_bytes(32, "little") for n in (0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18)} | {
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")}

def small_order(point: bytes) -> bool:
    return point[:31] + bytes([point[31] & 0x7F]) in SMALL_ORDER

def signed(key: bytes, purpose: str, m: bytes, sig: bytes) -> bool:
    """BYTES7. OpenSSL refuses S >= L and compares the encoding of [S]B - [k]A with R, without cofactor."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(sig, bound(purpose, m))
        return not small_order(key) and not small_order(sig[:32])
    except (InvalidSignature, ValueError):
        return False

# ---- Identity (IDENT) ------------------------------------------------------------------------------------------------
Pins = dict[bytes, dict[str, Any]]  # roots by fingerprint

def fingerprint(root: dict[str, Any]) -> bytes:
    """IDENT1: hash of encode(root), its keys in the order of their encodings: v, ed, pq."""
    return hash_of("root", b"\xa3\x61v\x01\x62ed\x58\x20" + root["ed"] + b"\x62pq\x59\x07\xa0" + root["pq"])

class Certificate:
    """An issuing certificate, by IDENT4 but for its signatures."""
    judged: dict[tuple[bytes, bytes], bool] = {}  # by name and root: ML-DSA is slow

    def __init__(self, data: bytes, at: int, pins: Pins):
        self.outer = read(CERTIFICATE, data)
        self.body = read(CERTIFICATE_BODY, self.outer["body"])
        self.name, self.root, self.key = hash_of("issuing-certificate", data), self.body["root"], self.body["key"]
        need(self.root in pins, "identity.root-unknown")
        need(self.body["from"] <= at < self.body["until"], "identity.certificate-expired")
        self.by = pins[self.root]

    def verified(self) -> Certificate:
        which, m, purpose = (self.name, self.root), self.outer["body"], "issuing-certificate"
        if which not in self.judged:  # IDENT2: both stand, or neither counts
            self.judged[which] = (signed(self.by["ed"], purpose, m, self.outer["ed"])
                                  and ML_DSA_65.verify(self.by["pq"], bound(purpose, m), self.outer["pq"]))
        need(self.judged[which], "identity.certificate-forged")
        return self

def mandate_of(
    chain: dict[str, bytes], meeting: bytes, at: int, pins: Pins
) -> tuple[dict[str, Any], Callable[[], None]]:
    """IDENT6: the mandate's body, its name as `hash`; and what checks the signatures, which come last (LOG4)."""
    certificate = Certificate(chain["certificate"], at, pins)
    outer = read(MANDATE, chain["mandate"])
    body = read(MANDATE_BODY, outer["body"])
    need(body["issuer"] == certificate.name and body["root"] == certificate.root, "identity.mandate-issuer")
    need(body["meeting"] == meeting, "identity.mandate-meeting")
    need(body["from"] <= at < body["until"], "identity.mandate-expired")

    def stands() -> None:  # IDENT6: signatures last
        key = certificate.verified().key
        need(signed(key, "mandate", outer["body"], outer["sig"]), "identity.mandate-forged")
    return body | {"hash": hash_of("mandate", chain["mandate"])}, stands

# ---- The call sheet (SHEET) ------------------------------------------------------------------------------------------
class Sheet:
    def __init__(self, data: bytes, pins: Pins):
        outer = read(SHEET, data, 131_072)
        body = read(SHEET_BODY, outer["body"])
        self.roots = roots = [d["root"] for d in body["delegations"]]
        self.seats = {s["id"]: s for s in body["seats"]}
        self.meeting, self.host, self.hash = body["meeting"], body["host"], hash_of("sheet", outer["body"])
        for unique in (roots, [d["name"] for d in body["delegations"]], [s["id"] for s in body["seats"]]):  # SHEET2
            need(len(set(unique)) == len(unique), "sheet.inconsistent")
        need({self.host} | {s["root"] for s in body["seats"]} <= set(roots), "sheet.inconsistent")
        need(body["from"] < body["until"], "sheet.inconsistent")
        need([s["root"] for s in outer["signatures"]] == roots, "sheet.unsigned")  # SHEET3: one each, in their order
        certificates = []
        for s in outer["signatures"]:
            c = Certificate(s["certificate"], body["from"], pins).verified()  # SHEET4
            need(c.root == s["root"] and signed(c.key, "sheet", outer["body"], s["sig"]), "sheet.unsigned")
            certificates.append(c)
        self.pins = {r: pins[r] for r in roots}  # SHEET5: what it fixes for the whole of its log
        self.keys: dict[bytes, bytes] = {c.root: c.key for c in certificates}
        self.valid_from = max(c.body["from"] for c in certificates)
        self.valid_until = min(c.body["until"] for c in certificates)
        need(len(set(self.keys.values())) == len(roots), "sheet.inconsistent")  # SHEET2, found last

# ---- The log (LOG, ACT, ADMIT, CHAIR, KNOCK, CLOSE, CIRCLE, RESTRICT) ------------------------------------------------
@dataclass
class Seating:
    seq: int
    mandate: dict[str, Any]
    since: int
    end: int | None = None  # seq of the entry that ended it
    until: int | None = None
    ended_by: str | None = None

@dataclass
class Knock:  # KNOCK1
    seq: int
    mandate: dict[str, Any]
    allowed: set[bytes] = field(default_factory=set)  # roots whose chair has said yes

Table = namedtuple("Table", "generation epoch up_to members", defaults=(0, 0, 0, ()))

class Act:
    def __init__(self, body: dict[str, Any]):
        self.by, self.n, self.action = body["by"], body["n"], body["action"]
        self.saw, self.saw_head = body["saw"]["seq"], body["saw"]["head"]
        self.kind: str = self.action["kind"]
        self.actor: bytes = self.by["mandate" if self.by["kind"] == "device" else "root"]
        self.mandate: dict[str, Any] | None = None  # of a sit: the one it shows
        self.seating: Seating | None = None  # of any other device: that of ACT3

@dataclass
class Log:
    sheet: Sheet
    heads: list[bytes]  # by place; the call sheet's at 0
    times: list[int]
    seatings: list[Seating] = field(default_factory=list)
    table: Table | None = None
    ended: int = 0  # the newest entry that ended a seating
    removed: set[bytes] = field(default_factory=set)  # mandates of ADMIT6
    used: set[bytes] = field(default_factory=set)  # frame keys and KeyPackage hashes of ADMIT4
    knocks: dict[int, Knock] = field(default_factory=dict)  # that stand
    moved: list[tuple[int, bytes, str]] = field(default_factory=list)  # CHAIR2, CHAIR3: place, root, seat
    keyed: dict[int, int] = field(default_factory=dict)  # KNOCK4: the place at which a seating became a member
    done: dict[bytes, str] = field(default_factory=dict)  # CLOSE1: agreed or left
    closed: bool = False
    counts: dict[tuple[str, bytes], int] = field(default_factory=dict)  # ACT4: the newest n of each actor
    empty: dict[bytes, int] = field(default_factory=dict)  # the newest place after which a root had nobody seated
    signed_to: dict[bytes, int] = field(default_factory=dict)

    newest = property(lambda self: len(self.heads) - 1)
    standing = property(lambda self: [s for s in self.seatings if s.end is None])

    def add(self, data: bytes) -> None:
        entry, entry_head = read(ENTRY, data), hash_of("entry", data)
        seq, time = entry["seq"], entry["time"]
        need(entry["meeting"] == self.sheet.meeting, "log.meeting")  # LOG2
        need(seq <= self.newest + 1, "log.gap")
        if seq <= self.newest:  # RECORD2: none stands twice
            raise Refused("log.replay" if self.heads[seq] == entry_head else "log.fork")
        need(entry["prev"] == self.heads[-1], "log.fork")
        need(time >= self.times[-1], "log.time")
        need(self.sheet.valid_from <= time < self.sheet.valid_until, "log.expired")  # LOG3
        act = self.act(entry["act"], time)  # LOG4
        self.follows(act)
        if act.kind in RESTRICTIONS:
            for one in self.restrict(act):
                self.end(one, act.kind, seq, time)
        else:
            {"sit": self.sit, "found": self.found, "commit": self.commit, "knock": self.knock, "allow": self.allow,
             "hand": self.hand, "preside": self.preside, "close": self.close}[act.kind](act, seq, time)
            self.counts[act.by["kind"], act.actor] = act.n
        if set(self.done) == set(self.sheet.roots):  # CLOSE2
            for one in [*self.standing, *self.knocks.values()]:
                self.end(one, act.kind, seq, time)
            self.closed = True
        self.heads.append(entry_head)
        self.times.append(time)
        self.empty |= dict.fromkeys(set(self.sheet.roots) - {s.mandate["root"] for s in self.standing}, seq)

    def act(self, data: bytes, time: int) -> Act:
        """ACT2 and ACT3."""
        outer = read(ACT, data)
        body = read(ACT_BODY, outer["body"])
        act, keys = Act(body), self.sheet.keys
        need(body["meeting"] == self.sheet.meeting, "act.meeting")  # ACT2
        need(act.saw <= self.newest, "act.ahead")
        if act.by["kind"] == "node":  # ACT3
            need(act.kind not in ("sit", "knock") and act.actor in keys, "act.unknown-actor")
            key = keys[act.actor]
        elif act.kind in ("sit", "knock"):
            act.mandate, stands = mandate_of(act.action["chain"], self.sheet.meeting, time, self.sheet.pins)
            need(act.mandate["hash"] == act.actor, "act.mandate")
            stands()
            key = act.mandate["device"]
        else:  # the seating that stands, or for a restriction stood after the entry which it saw
            place = act.saw if act.kind in RESTRICTIONS else self.newest
            act.seating = next((s for s in self.seatings if s.mandate["hash"] == act.actor and s.seq <= place
                                and (s.end is None or s.end > place)), None)
            need(act.seating is not None, "act.unknown-actor")
            key = act.seating.mandate["device"]
        need(signed(key, "act", outer["body"], outer["sig"]), "act.forged")
        return act

    def follows(self, act: Act) -> None:
        need(not self.closed, "close.ended")  # CLOSE2
        if act.kind not in RESTRICTIONS:  # ACT4
            need(act.n > self.counts.get((act.by["kind"], act.actor), 0), "act.sequence")
        need(act.saw_head == self.heads[act.saw], "act.fork")  # ACT5

    def sit(self, act: Act, seq: int, time: int) -> None:
        mandate, keys, replaced = act.mandate, {act.action["frameKey"], act.action["keyPackage"]}, None
        need(self.named(mandate) or mandate["seat"] not in self.sheet.seats  # ADMIT1
             and any(k.mandate["hash"] == mandate["hash"] and k.allowed == set(self.sheet.roots)  # KNOCK3
                     for k in self.knocks.values()), "admit.not-agreed")
        need(mandate["role"] != "press", "admit.press")  # ADMIT2
        for s in self.standing:  # ADMIT3, in the order of admission
            same_device, same_seat = s.mandate["device"] == mandate["device"], s.mandate["seat"] == mandate["seat"]
            need(same_seat or not same_device, "admit.device-seated")
            need(same_device or not same_seat or act.action["takesOver"], "admit.seat-taken")
            replaced = s if same_seat else replaced
        need(not small_order(act.action["frameKey"]), "admit.weak-key")  # ADMIT4
        need(not keys & self.used, "admit.key-reused")
        need(mandate["hash"] not in self.removed, "admit.removed")  # ADMIT6
        if replaced:
            self.end(replaced, "sit", seq, time)
        self.used |= keys
        self.seatings.append(Seating(seq, mandate, time))  # ADMIT5
        if self.done.get(mandate["root"]) == "left":  # CLOSE1
            del self.done[mandate["root"]]

    def named(self, mandate: dict[str, Any]) -> bool:
        seat = self.sheet.seats.get(mandate["seat"])
        return seat is not None and all(mandate[f] == seat[f] for f in ("root", "role", "name", "function"))

    def end(self, s: Seating | Knock, kind: str, seq: int, time: int) -> None:
        if isinstance(s, Knock):
            del self.knocks[s.seq]
            return
        s.end, s.until, s.ended_by, self.ended = seq, time, kind, seq
        if kind == "remove":
            self.removed.add(s.mandate["hash"])
        root = s.mandate["root"]
        if kind in ("leave", "remove", "deny") and not any(o.mandate["root"] == root for o in self.standing):
            self.done[root] = "left"  # CLOSE1

    def chair(self, root: bytes, place: int) -> str | None:
        """CHAIR1 to CHAIR3. The seat of a delegation's chair after the entry at a place."""
        return next((seat for at, of, seat in reversed(self.moved) if of == root and at <= place),
                    next((s["id"] for s in self.sheet.seats.values() if s["root"] == root and s["role"] != "press"), None))

    def presiding(self, act: Act) -> bool:
        place = act.saw if act.kind in RESTRICTIONS else self.newest
        own = act.seating and act.seating.mandate
        return bool(own) and self.chair(own["root"], place) == own["seat"]

    def knock(self, act: Act, seq: int, time: int) -> None:  # KNOCK1
        mandate, root = act.mandate, act.mandate["root"]
        if mandate["seat"] in self.sheet.seats:
            raise Refused("knock.agreed" if self.named(mandate) else "admit.not-agreed")
        need(mandate["role"] != "press", "admit.press")
        before = next((k for k in self.knocks.values() if k.mandate["seat"] == mandate["seat"]), None)
        need(not any(s.mandate["seat"] == mandate["seat"] for s in self.standing)
             and (before is None or before.mandate["root"] == root), "admit.seat-taken")
        need(before is None or before.mandate["hash"] != mandate["hash"], "knock.stands")
        need(before is not None or sum(k.mandate["root"] == root for k in self.knocks.values()) < 8, "knock.too-many")
        need(mandate["hash"] not in self.removed, "admit.removed")
        if before:
            self.end(before, "knock", seq, time)
        self.knocks[seq] = Knock(seq, mandate)

    def allow(self, act: Act, seq: int, time: int) -> None:  # KNOCK2
        need(self.presiding(act), "chair.not-chair")
        knock, root = self.knocks.get(act.action["knock"]), act.seating.mandate["root"]
        need(knock is not None, "knock.unknown")
        need(root not in knock.allowed, "knock.answered")
        knock.allowed.add(root)

    def hand(self, act: Act, seq: int, time: int) -> None:  # CHAIR2
        need(self.presiding(act), "chair.not-chair")
        own, to = act.seating, next((s for s in self.standing if s.seq == act.action["seating"]), None)
        need(to is not None and to is not own and to.mandate["root"] == own.mandate["root"]
             and to.mandate["seat"] in self.sheet.seats, "chair.not-seated")
        self.moved.append((seq, own.mandate["root"], to.mandate["seat"]))

    def preside(self, act: Act, seq: int, time: int) -> None:  # CHAIR3
        need(act.seating is not None, "chair.not-seated")
        root, there = act.seating.mandate["root"], {s.mandate["seat"] for s in self.standing}
        need(self.chair(root, self.newest) not in there, "chair.present")
        first = next((s["id"] for s in self.sheet.seats.values() if s["root"] == root and s["id"] in there), None)
        need(first == act.seating.mandate["seat"], "chair.not-next")
        self.moved.append((seq, root, first))

    def close(self, act: Act, seq: int, time: int) -> None:  # CLOSE1
        need(self.presiding(act), "chair.not-chair")
        self.done.pop(act.seating.mandate["root"], None)
        if act.action["agreed"]:
            self.done[act.seating.mandate["root"]] = "agreed"

    def found(self, act: Act, seq: int, time: int) -> None:  # CIRCLE1
        t = self.table or Table()
        need(act.seating is not None, "circle.not-member")
        need(not any(s.seq in t.members for s in self.standing), "circle.stands")
        need(act.action["generation"] == t.generation + 1, "circle.generation")
        self.table = Table(t.generation + 1, 0, act.seating.seq, [act.seating.seq])
        self.keyed.setdefault(act.seating.seq, seq)

    def commit(self, act: Act, seq: int, time: int) -> None:
        a, t = act.action, self.table
        need(t is not None and a["generation"] == t.generation, "circle.generation")  # CIRCLE2
        need(act.seating is not None and act.seating.seq in t.members, "circle.not-member")
        need(a["epoch"] == t.epoch, "circle.epoch")
        need(a["ended"] == self.ended, "circle.ended")  # CIRCLE3
        need(t.up_to <= a["upTo"] <= act.saw, "circle.up-to")
        roster = [s.seq for s in self.standing if s.seq <= a["upTo"]]
        need((a["welcome"] is not None) == any(s not in t.members for s in roster), "circle.welcome")  # CIRCLE4
        self.table = Table(t.generation, t.epoch + 1, a["upTo"], roster)  # CIRCLE5
        self.keyed = dict.fromkeys(roster, seq) | self.keyed

    def restrict(self, act: Act) -> list[Seating | Knock]:
        """RESTRICT1, RESTRICT2, KNOCK4, KNOCK5. The seatings and knocks that the act ends."""
        if act.kind == "deny":
            knock = self.knocks.get(act.action["knock"])
            need(knock is not None and knock.seq <= act.saw, "knock.unknown")
            need(self.presiding(act), "chair.not-chair")
            seated = [s for s in self.standing if s.mandate["hash"] == knock.mandate["hash"]]
            need(not any(self.keyed.get(s.seq, act.saw + 1) <= act.saw for s in seated), "knock.keyed")
            return [knock, *seated]
        waiting = self.knocks.get(act.action["seating"])
        if act.kind == "lost" and waiting and waiting.seq <= act.saw and waiting.allowed != set(self.sheet.roots):
            need(act.by["kind"] == "node" and act.actor == waiting.mandate["root"], "restrict.not-yours")
            return [waiting]
        named = next((s for s in self.seatings if s.seq == act.action["seating"] and s.seq <= act.saw), None)
        need(named is not None, "restrict.not-seated")
        ends, mandate = named if named.end is None else None, named.mandate["hash"]
        if act.kind == "remove":  # whichever stands under the same mandate
            ends = next((s for s in self.standing if s.mandate["hash"] == mandate), None)
        need(ends is not None, "restrict.not-seated")
        root = act.seating.mandate["root"] if act.seating else act.actor
        may = {"leave": act.seating is named, "remove": self.presiding(act), "lost": act.seating is None}  # RESTRICT2
        need(may[act.kind] and root == named.mandate["root"], "restrict.not-yours")
        if act.kind == "lost":
            return [ends]
        return [ends, *[k for k in self.knocks.values() if k.mandate["hash"] == ends.mandate["hash"]]]

    def countersigned(self, data: bytes) -> tuple[bytes, dict[str, Any], bool]:
        """Whose countersignature, what it says, and whether it stands by LOG5."""
        outer = read(COUNTERSIGNATURE, data, 512)
        body, by = read(COUNTERSIGNATURE_BODY, outer["body"]), outer["root"]
        return by, body, (by in self.sheet.keys and body["meeting"] == self.sheet.meeting
                          and signed(self.sheet.keys[by], "countersignature", outer["body"], outer["sig"]))

    def take(self, data: bytes) -> None:
        by, body, stands = self.countersigned(data)
        seq = body["seq"]
        ours = by in self.sheet.keys and body["meeting"] == self.sheet.meeting
        code = ("log.countersignature" if not stands else  # LOG5
                "log.ahead" if seq > self.newest else "log.fork" if body["head"] != self.heads[seq] else  # LOG6
                "log.countersignature" if body["time"] != self.times[seq] else None)
        if code:
            raise Refused(code, seq if ours else None)  # RECORD5
        self.signed_to[by] = max(self.signed_to.get(by, 0), seq)

    def settled(self) -> int:
        """LOG7. Needed for an entry is the host, and who had somebody seated after it and after all that follow: such a
        delegation was seated before it or is its actor. Who had nobody seated after it or later is needed no more."""
        for place in range(1, self.newest + 1):
            for r in self.sheet.roots:
                if (r == self.sheet.host or self.empty.get(r, 0) < place) and self.signed_to.get(r, 0) < place:
                    return place - 1
        return self.newest

# ---- The record (RECORD) ---------------------------------------------------------------------------------------------
def verify(data: bytes) -> dict[str, Any]:
    outer = read(RECORD, data, RECORD_LIMIT)
    body = read(RECORD_BODY, outer["body"], RECORD_LIMIT)
    roots = [fingerprint(r) for r in body["roots"]]
    pins = dict(zip(roots, body["roots"]))  # RECORD2: without pins, its own
    sheet = Sheet(body["sheet"], pins)
    need(roots == sheet.roots, "record.roots")
    log, unordered, two_logs = Log(sheet, [sheet.hash], [0]), [], []
    for entry in body["entries"]:  # LOG11
        try:
            log.add(entry)
        except Refused as refusal:
            raise Refused(refusal.code, log.newest + 1) from None  # RECORD5
    for countersignature in body["countersignatures"]:
        log.take(countersignature)
    for restriction in body["restrictions"]:  # RECORD3
        act = log.act(restriction, body["at"])
        need(act.kind in RESTRICTIONS, "restrict.not-direct")
        log.follows(act)
        log.restrict(act)
        unordered.append(act.kind)
    for pair in body["equivocations"]:  # LOG10
        (by, one, first), (by_too, other, second) = (log.countersigned(c) for c in pair)
        same = by == by_too and one["seq"] == other["seq"] and one["head"] != other["head"]
        need(first and second and same, "log.no-equivocation")
        two_logs.append(one["seq"])
    exporter = Certificate(outer["certificate"], body["at"], pins).verified()  # RECORD4
    need(outer["root"] in sheet.roots and outer["root"] == exporter.root
         and signed(exporter.key, "record", outer["body"], outer["sig"]), "record.forged")
    settled = log.settled()
    return {"verdict": "stands", "whole": settled == log.newest and not unordered and not two_logs,
            "entries": log.newest, "settled": settled,
            "signedTo": {r.hex(): log.signed_to.get(r, 0) for r in sheet.roots},
            "sittings": [[s.mandate["seat"], s.since, s.until, s.ended_by] for s in log.seatings],
            "unordered": unordered, "twoLogs": two_logs}

def main(paths: list[str]) -> int:
    failed = 0
    for path in paths:
        with open(path, "rb") as file:
            data = file.read(RECORD_LIMIT + 1)
        try:
            result = verify(data)
        except Refused as refusal:
            failed, result = 1, {"verdict": "refused", "code": refusal.code, "entry": refusal.place}
        print(json.dumps(result, ensure_ascii=False, separators=(",", ":")), flush=True)
    return failed

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
