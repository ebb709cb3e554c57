namespace TrlSharp.Templates.Jinja.Scoping;

/// <summary>The variables of one call of a function: the template itself, a macro, the body of a call block, a level of a recursive loop.</summary>
/// <param name="size">Number of slots.</param>
/// <param name="outer">The function it was defined in; its variables are seen as they are at the time of reading.</param>
internal sealed class Activation(int size, Activation? outer)
{
    /// <summary>Values; null where nothing is assigned.</summary>
    public Slot[] Slots { get; } = size == 0 ? [] : new Slot[size];

    public Activation? Outer => outer;

    public Activation At(int up)
    {
        var activation = this;
        for (; up > 0; up--) activation = activation.Outer!;
        return activation;
    }
}
