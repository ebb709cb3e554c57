using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Templates.Differential;

/// <summary>The variables of generated programs.</summary>
internal static class ProgramContext
{
    public static RowValue Value { get; } = RowValue.Parse("""
        {
          "s": "Hello, World", "t": "  a--b--c \n", "u": "ÄßİŁ ﬁ Σας ΑΣ ǆ 👍🏽 e\u0301 \u00a0\u2028", "e": "", "long": "The quick brown fox-like thing jumps over an extraordinarily-long-hyphenated word.\n\n  And   here's a second  paragraph, with 'quotes'.\tTab.",
          "html": "<p>Tom &amp; <b>Jerry</b> <!-- no --> &lt;3 &eacute;&#39;</p>", "csv": "a,b,,c,", "path": "/usr/lib/x y?q=ü&z=1",
          "n": 7, "z": 0, "neg": -3, "big": 12345678901234567890123, "f": 2.5, "g": -0.0, "h": 1e16, "yes": true, "no": false, "nil": null,
          "lst": [3, 1, 2, 1], "words": ["b", "A", "c", "Ab"], "nested": [1, [2, [3, 4]], [5]], "mixed": [1, "1", 1.0, null, true, [1], {"a": 1}],
          "d": {"b": 1, "a": "x", "C": null, "n": 5, "k": 2.0}, "empty": {},
          "objs": [{"name": "Zoe", "age": 3, "tags": ["t1", "t2"], "extra": {"deep": 1}}, {"name": "adam", "age": 5, "tags": []}, {"name": "Bob", "age": 3, "tags": ["t1"], "extra": {}}],
          "tree": [{"name": "r", "kids": [{"name": "c1", "kids": []}, {"name": "c2", "kids": [{"name": "g", "kids": null}]}]}, {"name": "q"}],
          "messages": [{"role": "system", "content": " Be terse & \"kind\".\n"}, {"role": "user", "content": "Größe 日本語 😀 \t x", "name": null},
            {"role": "assistant", "content": "", "thinking": "hm\n<b>", "tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": {"a": 1, "b": [1.5, null, true], "é": "ü"}}}]},
            {"role": "tool", "content": "{\"r\": 3.0}", "tool_call_id": "c1"}, {"role": "assistant", "content": "Done.\nBye ", "weight": 0.5}],
          "bos_token": "<s>", "add_generation_prompt": true
        }
        """);
}
