using System.Numerics;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's arithmetic operators.</summary>
internal static class Arithmetic
{
    private const int MaxBits = 1 << 20;

    public static Value Apply(RenderState state, ArithmeticOperator operation, Value left, Value right)
    {
        if (left is IntegerValue { Small: { } i } && right is IntegerValue { Small: { } j } && Small(operation, i, j) is { } result) return result;
        if (operation == ArithmeticOperator.Remainder && left is TextValue template) return PercentFormat.Apply(state, template, right);
        if (operation == ArithmeticOperator.Subtract && (left is LazyValue { IsSet: true } || (right is LazyValue { IsSet: true } && left is not UndefinedValue))) throw EvaluationException.Refused("subtracting from views of dictionaries, which gives a set");
        if (left is UndefinedValue ul) throw ul.Fail();
        if (right is UndefinedValue ur) throw ur.Fail();
        return operation switch
        {
            ArithmeticOperator.Add when left is TextValue a && right is TextValue b => Concatenate(state, a, b),
            ArithmeticOperator.Add when left is ListValue a && right is ListValue b && a.IsTuple == b.IsTuple => Concatenate(state, a, b),
            ArithmeticOperator.Multiply when Sequence(left) && Numbers.AsInteger(right) is { } times => Repeat(state, left, times),
            ArithmeticOperator.Multiply when Sequence(right) && Numbers.AsInteger(left) is { } times => Repeat(state, right, times),
            _ => Counted(state, operation, left, right),
        };
    }

    /// <summary><c>x % y</c> of numbers.</summary>
    public static Value Remainder(Value x, Value y) => x is UndefinedValue undefined ? throw undefined.Fail() : Numeric(ArithmeticOperator.Remainder, x, y);

    public static Value Negate(Value value) => value switch
    {
        UndefinedValue undefined => throw undefined.Fail(),
        FloatValue real => new FloatValue(-real.Value),
        _ => Numbers.AsInteger(value) is { } integer ? new IntegerValue(-integer) : throw EvaluationException.Runtime($"bad operand type for unary -: '{value.TypeName}'"),
    };

    public static Value Plus(Value value) => value switch
    {
        UndefinedValue undefined => throw undefined.Fail(),
        FloatValue => value,
        _ => Numbers.AsInteger(value) is { } integer ? new IntegerValue(integer) : throw EvaluationException.Runtime($"bad operand type for unary +: '{value.TypeName}'"),
    };

    public static TextValue Concatenate(RenderState state, TextValue left, TextValue right)
    {
        var markup = left.IsMarkup || right.IsMarkup;
        if (markup)
        {
            left = left.IsMarkup ? left : Escaping.Escape(left);
            right = right.IsMarkup ? right : Escaping.Escape(right);
        }

        state.Charge(left, right);
        return TextValue.Join(left, right, state.Owner, markup);
    }

    /// <summary>Of numbers that fit, whose result fits; null where the general way is needed.</summary>
    private static IntegerValue? Small(ArithmeticOperator operation, int left, int right) => operation switch
    {
        ArithmeticOperator.Add => IntegerValue.Of((long)left + right),
        ArithmeticOperator.Subtract => IntegerValue.Of((long)left - right),
        ArithmeticOperator.Multiply => IntegerValue.Of((long)left * right),
        ArithmeticOperator.Remainder when right > 0 => IntegerValue.Of(left % right is >= 0 and var rest ? rest : (left % right) + right),
        _ => null,
    };

    private static string Symbol(ArithmeticOperator operation) => operation switch
    {
        ArithmeticOperator.Add => "+",
        ArithmeticOperator.Subtract => "-",
        ArithmeticOperator.Multiply => "*",
        ArithmeticOperator.Divide => "/",
        ArithmeticOperator.FloorDivide => "//",
        ArithmeticOperator.Remainder => "%",
        _ => "**",
    };

    private static ListValue Concatenate(RenderState state, ListValue left, ListValue right)
    {
        const int CostOfElement = 4;
        state.Charge((left.Items.Length + (long)right.Items.Length) * CostOfElement);
        return new([.. left.Items, .. right.Items], left.IsTuple);
    }

    private static bool Sequence(Value value) => value is TextValue or ListValue;

    private static Value Repeat(RenderState state, Value value, BigInteger times)
    {
        var unit = value is TextValue text ? text.Text.Length : ((ListValue)value).Items.Length;
        if (times.Sign <= 0 || unit == 0) times = unit == 0 ? 1 : 0;
        const int CostOfRun = 20, CostOfElement = 4;
        var cost = value is not TextValue { Runs.Length: var runs } ? unit * (long)CostOfElement : runs == 1 ? unit : unit + (runs * (long)CostOfRun);
        state.Charge((long)BigInteger.Min(times * cost, long.MaxValue / 2));
        var count = (int)times;
        if (value is ListValue list) return new ListValue([.. Enumerable.Repeat(list.Items, count).SelectMany(i => i)], list.IsTuple);
        if (value is TextValue { Runs: [var only] } piece && count > 1)
        {
            // All of it stands for the one piece.
            var repeated = PythonText.Repeat(piece.Text, count);
            return new TextValue(repeated, only with { End = repeated.Length, Exact = false, Owner = only.Owner == Runs.Unowned ? state.Owner : only.Owner }, piece.IsMarkup, piece.Generations);
        }

        var output = new TextBuilder();
        for (var i = 0; i < count; i++) output.Append((TextValue)value, state.Owner, prompt: false, generation: 0);
        return output.ToValue(((TextValue)value).IsMarkup);
    }

    /// <summary>Large integers take time that grows with the product of their lengths.</summary>
    private static Value Counted(RenderState state, ArithmeticOperator operation, Value left, Value right)
    {
        const int WordBits = 64;
        if (left is IntegerValue a && right is IntegerValue b)
        {
            var words = (a.Value.GetBitLength() / WordBits) * (1 + (b.Value.GetBitLength() / WordBits));
            state.Charge(words);
        }

        return Numeric(operation, left, right);
    }

    private static Value Numeric(ArithmeticOperator operation, Value left, Value right)
    {
        if (Numbers.AsInteger(left) is { } a && Numbers.AsInteger(right) is { } b) return Integers(operation, a, b);
        if (left is not (FloatValue or IntegerValue or BooleanValue) || right is not (FloatValue or IntegerValue or BooleanValue))
            throw EvaluationException.Runtime($"unsupported operand type(s) for {Symbol(operation)}: '{left.TypeName}' and '{right.TypeName}'");
        return Reals(operation, Numbers.AsDouble(left)!.Value, Numbers.AsDouble(right)!.Value);
    }

    private static Value Integers(ArithmeticOperator operation, BigInteger a, BigInteger b)
    {
        switch (operation)
        {
            case ArithmeticOperator.Add: return new IntegerValue(a + b);
            case ArithmeticOperator.Subtract: return new IntegerValue(a - b);
            case ArithmeticOperator.Multiply:
                if (a.GetBitLength() + b.GetBitLength() > MaxBits) throw EvaluationException.Budget("an integer grows beyond 2^20 bits");
                return new IntegerValue(a * b);
            case ArithmeticOperator.Power: return Power(a, b);
        }

        if (b.IsZero) throw EvaluationException.Runtime(operation == ArithmeticOperator.Divide ? "division by zero" : "integer division or modulo by zero");
        if (operation == ArithmeticOperator.Divide) return new FloatValue(Divide(a, b));
        var quotient = BigInteger.DivRem(a, b, out var remainder);
        if (!remainder.IsZero && (remainder.Sign < 0) != (b.Sign < 0)) (quotient, remainder) = (quotient - 1, remainder + b);
        return new IntegerValue(operation == ArithmeticOperator.FloorDivide ? quotient : remainder);
    }

    private static double Divide(BigInteger a, BigInteger b)
    {
        // Doubles hold integers up to 2^53 exactly; beyond, scale so that the quotient is correctly rounded from 64 extra bits.
        const int ExactBits = 53;
        if (a.GetBitLength() <= ExactBits && b.GetBitLength() <= ExactBits) return (double)a / (double)b;
        var shift = Math.Max(0, 66 - (int)(a.GetBitLength() - b.GetBitLength()));
        var quotient = BigInteger.DivRem(BigInteger.Abs(a) << shift, BigInteger.Abs(b), out var rest);
        if (!rest.IsZero) quotient |= 1;
        var result = Math.ScaleB(Numbers.Nearest(quotient), -shift);
        if (double.IsInfinity(result)) throw EvaluationException.Runtime("integer division result too large for a float");
        return a.Sign * b.Sign < 0 ? -result : result;
    }

    private static Value Power(BigInteger a, BigInteger b)
    {
        if (b.Sign < 0) return a.IsZero ? throw EvaluationException.Runtime("0.0 cannot be raised to a negative power") : new FloatValue(Math.Pow(Numbers.ToDouble(a), Numbers.ToDouble(b)));
        if (!a.IsZero && !BigInteger.Abs(a).IsOne && a.GetBitLength() * b > MaxBits) throw EvaluationException.Budget("an integer grows beyond 2^20 bits");
        return new IntegerValue(BigInteger.Pow(a, a.IsZero || BigInteger.Abs(a).IsOne ? (int)(b > 2 ? 2 + (b % 2) : b) : (int)b));
    }

    private static Value Reals(ArithmeticOperator operation, double a, double b)
    {
        if (operation is ArithmeticOperator.Divide or ArithmeticOperator.FloorDivide or ArithmeticOperator.Remainder && b == 0)
            throw EvaluationException.Runtime(operation == ArithmeticOperator.Remainder ? "float modulo" : "float division by zero");
        switch (operation)
        {
            case ArithmeticOperator.Add: return new FloatValue(a + b);
            case ArithmeticOperator.Subtract: return new FloatValue(a - b);
            case ArithmeticOperator.Multiply: return new FloatValue(a * b);
            case ArithmeticOperator.Divide: return new FloatValue(a / b);
            case ArithmeticOperator.Power:
                if (a == 0 && b < 0) throw EvaluationException.Runtime("0.0 cannot be raised to a negative power");
                if (a < 0 && b != Math.Floor(b)) throw EvaluationException.Refused("a complex number (root of a negative number)");
                var power = Math.Pow(a, b);
                return double.IsInfinity(power) && double.IsFinite(a) && double.IsFinite(b) ? throw EvaluationException.Runtime("Result too large") : new FloatValue(power);
        }

        var remainder = a % b;
        if (remainder != 0 && (remainder < 0) != (b < 0)) remainder += b;
        if (remainder == 0) remainder = Math.CopySign(0, b);
        if (operation == ArithmeticOperator.Remainder) return new FloatValue(remainder);
        var quotient = (a - (a % b)) / b;
        if (a % b != 0 && (a % b < 0) != (b < 0)) quotient -= 1;
        var floor = Math.Floor(quotient);
        if (quotient - floor > 0.5) floor += 1;
        return new FloatValue(quotient == 0 ? Math.CopySign(0, a / b) : floor);
    }
}
