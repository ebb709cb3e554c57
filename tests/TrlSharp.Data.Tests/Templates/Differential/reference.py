"""What Jinja2 makes of templates, in the environment that transformers sets up for chat templates.

Standard input, one JSON value a line: first the list of contexts, then requests {"t": template, "c": number of the context, "now": ISO time}.
Standard output, a line each: {"out": text} or {"err": kind, "message": text}; {"limit": kind} where Python itself gave up (depth, memory, time).
With the argument "measure": requests also hold "seconds" and "slice"; the answer is {"rate": renders of the compiled template per second of processor time}, of
the best slice of so many seconds: what other programs on the machine take away differs from slice to slice.
"""
import datetime
import json
import resource
import signal
import sys
import time

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

GIBIBYTE = 1 << 30
clock = datetime.datetime(2025, 7, 9, 13, 5, 7)


class GenerationTag(jinja2.ext.Extension):
    """{% generation %}: a call block, so that its body has a scope of its own."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    @jinja2.pass_eval_context
    def _body(self, context, caller):
        return caller()


class Environment(ImmutableSandboxedEnvironment):
    """With the rule of Jinja2 3.1.5 in older ones too: lists cannot be changed by pop and clear either."""

    def is_safe_attribute(self, obj, attr, value):
        return super().is_safe_attribute(obj, attr, value) and not (isinstance(obj, list) and attr in ("pop", "clear"))


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def strftime_now(format):
    return clock.strftime(format)


def make_environment():
    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTag, jinja2.ext.loopcontrols, jinja2.ext.do])
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = strftime_now
    return environment


def too_long(_signal, _frame):
    raise TimeoutError


def compiled(environment, source, known={}):
    """Real templates come many times; compiling one takes longer than rendering it."""
    if source not in known:
        if len(known) > 1000:
            known.clear()
        known[source] = environment.from_string(source)
    return known[source]


def answer(environment, contexts, request):
    global clock
    if "now" in request:
        clock = datetime.datetime.fromisoformat(request["now"])
    signal.setitimer(signal.ITIMER_REAL, 5)
    try:
        return {"out": compiled(environment, request["t"]).render(**json.loads(contexts[request["c"]]))}
    except AssertionError as e:
        # A bug of Jinja2: names that stand only in the filter of a block assignment.
        return {"limit": "jinja"} if "Tried to resolve a name" in str(e) else {"err": "AssertionError", "message": str(e)[:200]}
    except NameError as e:
        # Another: infinities and what is no number, folded into the Python that a template becomes, are written as names that nobody defined.
        return {"limit": "jinja"} if str(e) in ("name 'inf' is not defined", "name 'nan' is not defined") else {"err": "NameError", "message": str(e)[:200]}
    except (RecursionError, MemoryError, TimeoutError) as e:
        return {"limit": type(e).__name__}
    except Exception as e:
        return {"err": type(e).__name__, "message": str(e)[:200]}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def measure(environment, contexts, request):
    template = environment.from_string(request["t"])
    context = json.loads(contexts[request["c"]])
    template.render(**context)
    best, start = 0.0, time.process_time()
    while time.process_time() - start < request["seconds"]:
        renders, begin = 0, time.process_time()
        while (spent := time.process_time() - begin) < request["slice"]:
            for _ in range(20):
                template.render(**context)
            renders += 20
        best = max(best, renders / spent)
    return {"rate": best}


def main():
    resource.setrlimit(resource.RLIMIT_AS, (4 * GIBIBYTE, 4 * GIBIBYTE))
    signal.signal(signal.SIGALRM, too_long)
    environment = make_environment()
    respond = measure if sys.argv[1:] == ["measure"] else answer
    contexts = [json.dumps(c) for c in json.loads(sys.stdin.readline())]
    for line in sys.stdin:
        print(json.dumps(respond(environment, contexts, json.loads(line))), flush=True)


main()
