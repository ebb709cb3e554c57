using System.Buffers;
using System.Globalization;
using System.Text;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>
/// <c>tojson</c> as transformers overrides it: Python's <c>json.dumps</c> without HTML escapes. Leaves keep their origins character by character;
/// braces, commas and keys belong to the container they came from.
/// </summary>
internal sealed class JsonFilter
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\', '\uFFFD', .. Enumerable.Range(0xD800, 0x800).Select(c => (char)c)]);

    private readonly RenderState _state;
    private readonly TextBuilder _output = new();
    private readonly bool _ascii;
    private readonly bool _sortKeys;
    private readonly string? _indent;
    private readonly string _item;
    private readonly string _key;

    private JsonFilter(RenderState state, Value?[] bound)
    {
        _state = state;
        _ascii = bound[1]?.IsTrue ?? false;
        _indent = bound[2] switch
        {
            null or NoneValue => null,
            TextValue text => text.Text,
            var width => new string(' ', Indentation(state, Numbers.Argument(width, "indent"))),
        };
        _sortKeys = bound[4]?.IsTrue ?? false;
        (_item, _key) = bound[3] is null or NoneValue ? (_indent is null ? ", " : ",", ": ") : Separators(bound[3]!);
    }

    public static Value Apply(RenderState state, Value value) => Apply(state, [value, null, null, null, null]);

    public static Value ApplyWith(RenderState state, Arguments arguments) => Apply(state, arguments.Bind(1, "x", "ensure_ascii", "indent", "separators", "sort_keys"));

    private static TextValue Apply(RenderState state, Value?[] bound)
    {
        var json = new JsonFilter(state, bound);
        json.Write(bound[0]!, default, 0);
        return json._output.ToValue();
    }

    private static int Indentation(RenderState state, int width)
    {
        state.Charge(width);
        return Math.Max(0, width);
    }

    private static (string Item, string Key) Separators(Value value) => value.Iterate().Take(3).ToList() is [TextValue item, TextValue key]
        ? (item.Text, key.Text)
        : throw EvaluationException.Runtime("separators must be a pair of strings");

    /// <param name="value">What is written.</param>
    /// <param name="container">The origin of the container around, for values without one of their own.</param>
    /// <param name="level">Depth of indentation.</param>
    private void Write(Value value, RenderedSpan container, int level)
    {
        _state.GuardStack();
        _state.Step();
        var run = RunOf(value.Source, container);
        switch (value)
        {
            case TextValue text: WriteText(text, run); break;
            case NoneValue: Put("null", run); break;
            case BooleanValue boolean: Put(boolean.IsTrue ? "true" : "false", run); break;
            case IntegerValue integer: Put(IntegerValue.Digits(integer.Value), run); break;
            case FloatValue real: Put(Real(real.Value), run); break;
            case ListValue list: WriteItems(list.Items, "[", "]", run, level, item => Write(item, run, level + 1)); break;
            case MapValue map: WriteMap(map, run, level); break;
            default: throw EvaluationException.Runtime($"Object of type {value.TypeName} is not JSON serializable");
        }
    }

    private void WriteMap(MapValue map, RenderedSpan run, int level)
    {
        var entries = map.Entries;
        if (_sortKeys) entries = SequenceFilters.Ordered(entries, e => e.Key, reverse: false);
        WriteItems(entries, "{", "}", run, level, entry =>
        {
            WriteKey(entry.Key, run);
            Put(_key, run);
            Write(entry.Value, run, level + 1);
        });
    }

    private void WriteItems<T>(IReadOnlyList<T> items, string open, string close, RenderedSpan run, int level, Action<T> write)
    {
        Put(open, run);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) Put(_item, run);
            NewLine(run, level + 1);
            write(items[i]);
        }

        if (items.Count > 0) NewLine(run, level);
        Put(close, run);
    }

    private void WriteKey(Value key, RenderedSpan run)
    {
        switch (key)
        {
            case TextValue text: WriteText(text, run); break;
            case NoneValue: Put("\"null\"", run); break;
            case BooleanValue boolean: Put(boolean.IsTrue ? "\"true\"" : "\"false\"", run); break;
            case IntegerValue integer: Put($"\"{IntegerValue.Digits(integer.Value)}\"", run); break;
            case FloatValue real: Put($"\"{Real(real.Value)}\"", run); break;
            default: throw EvaluationException.Runtime($"keys must be str, int, float, bool or None, not {key.TypeName}");
        }
    }

    private void WriteText(TextValue text, RenderedSpan run)
    {
        var own = text.Runs.Length > 0 ? RunOf(text.Runs[0].Origin, run) with { Owner = text.Runs[0].Owner } : run;
        Put("\"", own);
        _state.Charge(text.Text.Length);
        _output.Append(text.AsMarkup(false).Map((rune, _) => Escape(rune), _ascii ? null : Escaped), _state.Owner, prompt: false, generation: 0);
        Put("\"", own);
    }

    private string Escape(Rune rune) => rune.Value switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\f' => "\\f",
        '\b' => "\\b",
        < 0x20 => "\\u" + rune.Value.ToString("x4", CultureInfo.InvariantCulture),
        > 0x7F when _ascii => string.Concat(rune.ToString().Select(c => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture))),
        _ => rune.ToString(),
    };

    private void NewLine(RenderedSpan run, int level)
    {
        if (_indent is null) return;
        _state.Charge(1 + ((long)_indent.Length * level));
        Put("\n" + PythonText.Repeat(_indent, level), run);
    }

    private void Put(string text, RenderedSpan run)
    {
        _state.Charge(text.Length);
        _output.Append(text, run.OfLength(text.Length));
    }

    private RenderedSpan RunOf(Origin? source, RenderedSpan container) => source is not null ? new(0, 0, source, 0, 0, false, _state.Owner, _state.Prompt)
        : container.Origin is not null ? container : _state.Run;

    private static string Real(double value) => double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? (value > 0 ? "Infinity" : "-Infinity") : FloatValue.Repr(value);
}
