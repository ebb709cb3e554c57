using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The filter <c>pprint</c>: Python's <c>pprint.pformat</c> of 80 columns, keys in order.</summary>
internal sealed class PrettyPrint(RenderState state)
{
    private const int Columns = 80;
    private readonly TextBuilder _output = new();

    public static Value Apply(RenderState state, Arguments arguments)
    {
        var print = new PrettyPrint(state);
        print.Write(arguments.Bind(1, "value")[0]!, 0, 0, 0);
        return print._output.ToValue();
    }

    /// <param name="value">What is printed, on one line if it fits.</param>
    /// <param name="indent">Columns before it.</param>
    /// <param name="allowance">Columns needed behind it.</param>
    /// <param name="level">Containers around it.</param>
    private void Write(Value value, int indent, int allowance, int level)
    {
        state.GuardStack();
        state.Step();
        var line = Line(value);
        if (line.Length <= Columns - indent - allowance)
        {
            _output.Append(line, state.Owner, prompt: false, generation: 0);
            return;
        }

        switch (value)
        {
            case MapValue map: WriteItems(RunOf(map), "{", "}", Ordered(map), indent, allowance, e => WriteEntry(e.Entry, indent + 1, e.Allowance, level + 1)); break;
            case ListValue list:
                var close = !list.IsTuple ? "]" : list.Items.Length == 1 ? ",)" : ")";
                WriteItems(RunOf(list), list.IsTuple ? "(" : "[", close, list.Items, indent, allowance, e => Write(e.Entry, indent + 1, e.Allowance, level + 1));
                break;
            case TextValue { IsMarkup: false } text: WriteText(text, indent, allowance, level == 0); break;
            case BytesValue: throw EvaluationException.Refused("the filter 'pprint' on bytes that take more than one line");
            default: _output.Append(line, state.Owner, prompt: false, generation: 0); break;
        }
    }

    private void WriteItems<T>(RenderedSpan frame, string open, string close, IReadOnlyList<T> items, int indent, int allowance, Action<(T Entry, int Allowance)> write)
    {
        Put(open, frame);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) Put(",\n" + new string(' ', indent + 1), frame);
            write((items[i], i == items.Count - 1 ? allowance + close.Length : 1));
        }

        Put(close, frame);
    }

    private void WriteEntry(KeyValuePair<Value, Value> entry, int indent, int allowance, int level)
    {
        var key = Line(entry.Key);
        _output.Append(key, state.Owner, prompt: false, generation: 0);
        Put(": ", state.Run);
        Write(entry.Value, indent + key.Length + 2, allowance, level);
    }

    /// <summary>A long text as literals below each other, broken at line ends and spaces.</summary>
    private void WriteText(TextValue text, int indent, int allowance, bool alone)
    {
        if (alone) (indent, allowance) = (indent + 1, allowance + 1);
        var chunks = Chunks(text, Columns - indent, allowance);
        if (chunks.Count == 1) alone = false;
        if (alone) Put("(", state.Run);
        for (var i = 0; i < chunks.Count; i++)
        {
            if (i > 0) Put("\n" + new string(' ', indent), state.Run);
            _output.Append(chunks[i], state.Owner, prompt: false, generation: 0);
        }

        if (alone) Put(")", state.Run);
    }

    private List<TextValue> Chunks(TextValue text, int width, int allowance)
    {
        var (chunks, lines) = (new List<TextValue>(), TextSplitting.Lines(state, text, keepEnds: true).Items);
        for (var i = 0; i < lines.Length; i++)
        {
            var (line, last) = ((TextValue)lines[i], i == lines.Length - 1);
            if (Line(line) is var whole && whole.Length <= width - (last ? allowance : 0)) chunks.Add(whole);
            else Break(chunks, line, width, last ? allowance : 0);
        }

        return chunks;
    }

    /// <summary>As many words with the spaces behind them as fit; what cannot be broken stays too long.</summary>
    private void Break(List<TextValue> chunks, TextValue line, int width, int allowance)
    {
        var (start, at) = (0, 0);
        while (at < line.Text.Length)
        {
            var end = at;
            while (end < line.Text.Length && !PythonText.IsSpace(line.Text[end])) end++;
            while (end < line.Text.Length && PythonText.IsSpace(line.Text[end])) end++;
            if (at > start && Line(line.Slice(start, end)).Length > width - (end == line.Text.Length ? allowance : 0))
            {
                chunks.Add(Line(line.Slice(start, at)));
                start = at;
            }

            at = end;
        }

        chunks.Add(Line(line.Slice(start, at)));
    }

    /// <summary>The value on one line.</summary>
    private TextValue Line(Value value)
    {
        const int PrintedPerElement = 4;
        state.Charge(Math.Min(value.Weight, long.MaxValue / PrintedPerElement) * PrintedPerElement);
        var line = new TextBuilder();
        AppendLine(line, value);
        return line.ToValue();
    }

    private void AppendLine(TextBuilder line, Value value)
    {
        state.GuardStack();
        switch (value)
        {
            case MapValue map:
                var frame = RunOf(map);
                var separator = "{";
                foreach (var (key, item) in Ordered(map))
                {
                    line.Append(separator, frame);
                    AppendLine(line, key);
                    line.Append(": ", frame);
                    AppendLine(line, item);
                    separator = ", ";
                }

                line.Append(map.Length == 0 ? "{}" : "}", frame);
                break;
            case ListValue list:
                var around = RunOf(list);
                line.Append(list.IsTuple ? "(" : "[", around);
                for (var i = 0; i < list.Items.Length; i++)
                {
                    if (i > 0) line.Append(", ", around);
                    AppendLine(line, list.Items[i]);
                }

                line.Append(!list.IsTuple ? "]" : list.Items.Length == 1 ? ",)" : ")", around);
                break;
            default: value.AppendRepr(line, state.Run); break;
        }
    }

    /// <summary>By key; keys that have no order among each other, by the names of their types.</summary>
    private IReadOnlyList<KeyValuePair<Value, Value>> Ordered(MapValue map)
    {
        const int CostOfEntry = 16;
        state.Charge((long)map.Length * CostOfEntry);
        return [.. map.Entries.OrderBy(e => e.Key, Comparer<Value>.Create(Compare))];
    }

    private static int Compare(Value x, Value y)
    {
        try
        {
            return Comparison.Order(x, y, "<") ?? 0;
        }
        catch (EvaluationException)
        {
            return string.CompareOrdinal(x.TypeName, y.TypeName);
        }
    }

    private void Put(string text, in RenderedSpan run)
    {
        state.Charge(text.Length);
        _output.Append(text, run.OfLength(text.Length));
    }

    private RenderedSpan RunOf(Value value) => value.Source is { } source ? new(0, 0, source, 0, 0, false, state.Owner, state.Prompt) : state.Run;
}
