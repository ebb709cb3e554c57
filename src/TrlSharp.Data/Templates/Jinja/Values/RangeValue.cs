using System.Globalization;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>range</c>.</summary>
internal sealed class RangeValue(long start, long stop, long step) : Value
{
    // Jinja2's sandbox refuses longer ones.
    private const int MaxLength = 100_000;

    public override string TypeName => "range";

    public override bool IsTrue => Length > 0;

    public override bool IsIterable => true;

    public override long Weight => 1 + (4L * Length);

    public override int Length { get; } = Count(start, stop, step);

    /// <summary>The range of the elements at the indices from, from + stride … before to.</summary>
    public RangeValue Slice((long From, long To) indices, long stride) => new(start + (indices.From * step), start + (indices.To * step), step * stride);

    public override Value? Attribute(string name) => name switch
    {
        "start" => IntegerValue.Of(start),
        "stop" => IntegerValue.Of(stop),
        "step" => IntegerValue.Of(step),
        "index" or "count" => ListMethods.Bind(new([.. Iterate()], tuple: true), name),
        _ => null,
    };

    public override IEnumerable<Value> Iterate() => Enumerable.Range(0, Length).Select(i => (Value)IntegerValue.Of(start + (i * step)));

    public override Value? Item(Value key)
    {
        if (Numbers.AsIndex(key) is not { } index) return null;
        if (index < 0) index += Length;
        return index >= 0 && index < Length ? IntegerValue.Of(start + (index * step)) : null;
    }

    public override void AppendRepr(TextBuilder output, in RenderedSpan here) => output.Append(step == 1
        ? string.Create(CultureInfo.InvariantCulture, $"range({start}, {stop})")
        : string.Create(CultureInfo.InvariantCulture, $"range({start}, {stop}, {step})"), here);

    private static int Count(long start, long stop, long step)
    {
        if (step == 0) throw EvaluationException.Runtime("range() arg 3 must not be zero");
        var count = step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step;
        return count <= MaxLength ? (int)Math.Max(0, count) : throw EvaluationException.Runtime($"Range too big. The sandbox blocks ranges larger than {MaxLength}.");
    }
}
