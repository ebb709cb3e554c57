namespace TrlSharp.Templates.Jinja.Library;

/// <summary>What can be asked of <c>loop</c>.</summary>
internal enum LoopField
{
    None,
    Index,
    Index0,
    ReverseIndex,
    ReverseIndex0,
    First,
    Last,
    Length,
    Depth,
    Depth0,
    Previous,
    Next,
    Cycle,
    Changed,
}
