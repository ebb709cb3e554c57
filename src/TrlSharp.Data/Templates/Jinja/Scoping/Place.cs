namespace TrlSharp.Templates.Jinja.Scoping;

/// <summary>Where a variable lives.</summary>
/// <param name="Up">How many functions outwards; −1: in the context that the caller of the template gave.</param>
/// <param name="Slot">Number of the slot there.</param>
internal readonly record struct Place(int Up, int Slot)
{
    public const int InContext = -1;
}
