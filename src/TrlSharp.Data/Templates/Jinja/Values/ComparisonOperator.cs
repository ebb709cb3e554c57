namespace TrlSharp.Templates.Jinja.Values;

/// <summary>What two values can be asked about each other.</summary>
internal enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}
