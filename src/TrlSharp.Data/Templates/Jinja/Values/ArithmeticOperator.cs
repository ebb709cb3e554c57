namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's binary operators on numbers, texts and lists.</summary>
internal enum ArithmeticOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
}
