using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary><c>a[from:to:step]</c>.</summary>
internal sealed class SliceExpression(Expression target, Expression? from, Expression? to, Expression? step) : Expression
{
    /// <summary>Computed while Jinja2 compiles, in its own way: what cannot be cut is undefined then, instead of an error.</summary>
    private readonly bool _folds = new[] { target, from, to, step }.All(e => e is null || e.IsFoldable);

    public override IEnumerable<Expression> Children => new[] { target, from, to, step }.OfType<Expression>();

    public override Value Evaluate(RenderState state)
    {
        var value = target.Evaluate(state);
        if (value is UndefinedValue undefined) throw undefined.Fail();
        if (_folds && (value is not (TextValue or ListValue or BytesValue) || !new[] { from, to, step }.All(b => IsBound(state, b)))) return new UndefinedValue($"'{value.TypeName} object' has no such slice");
        var (start, stop, stride) = (Bound(state, from), Bound(state, to), Bound(state, step) ?? 1);
        if (value is BytesValue) throw EvaluationException.Refused("a slice of bytes: decode them first and cut the text");
        if (value is not (TextValue or ListValue or RangeValue)) throw EvaluationException.Runtime($"'{value.TypeName}' object is not subscriptable by a slice");
        if (stride == 0) throw EvaluationException.Runtime("slice step cannot be zero");
        var length = value.Length;
        var (first, end) = Clamp(length, start, stop, stride);
        return value switch
        {
            RangeValue range => Range(state, range, length, first, end, stride),
            ListValue list => List(state, list, first, end, stride),
            var text => Text(state, (TextValue)text, length, first, end, stride),
        };
    }

    private static RangeValue Range(RenderState state, RangeValue range, int length, long first, long end, long stride)
    {
        state.Charge(length);
        return range.Slice((first, end), stride);
    }

    private static ListValue List(RenderState state, ListValue list, long first, long end, long stride)
    {
        const int CostOfElement = 4;
        var picked = new Value[Count(first, end, stride)];
        state.Charge((long)picked.Length * CostOfElement);
        for (var i = 0; i < picked.Length; i++) picked[i] = list.Items[(int)(first + (i * stride))];
        return new(picked, list.IsTuple);
    }

    private static TextValue Text(RenderState state, TextValue text, int length, long first, long end, long stride)
    {
        state.Charge(text.Text.Length);
        var count = Count(first, end, stride);
        if (count == 0) return text.Slice(0, 0);
        if (stride == 1)
        {
            return length == text.Text.Length
                ? text.Slice((int)first, (int)end)
                : text.Slice(CodePoints.ToUnit(text.Text, (int)first), CodePoints.ToUnit(text.Text, (int)end));
        }

        return text.Pick(state, (int)first, (int)stride, count);
    }

    private static bool IsBound(RenderState state, Expression? bound) => bound?.Inspect(state) is null or NoneValue or IntegerValue or BooleanValue;

    private static long? Bound(RenderState state, Expression? bound)
    {
        if (bound is null) return null;
        var value = bound.Inspect(state);
        if (value is NoneValue) return null;
        return Numbers.AsIndex(value) ?? throw EvaluationException.Runtime("slice indices must be integers or None or have an __index__ method");
    }

    private static (long First, long End) Clamp(int length, long? from, long? to, long step)
    {
        return (Bound(from, step > 0 ? 0 : length - 1), Bound(to, step > 0 ? length : -1));

        long Bound(long? bound, long missing) => bound is not { } b ? missing : Math.Clamp(b < 0 ? b + length : b, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
    }

    /// <summary>How many indices there are from <paramref name="first"/> on, before <paramref name="end"/>.</summary>
    private static int Count(long first, long end, long stride) => (int)(stride > 0
        ? first < end ? ((end - first - 1) / stride) + 1 : 0
        : first > end ? ((first - end - 1) / -stride) + 1 : 0);
}
