namespace TrlSharp.Templates.Jinja.Scoping;

/// <summary>What has an <see cref="Activation"/> of its own while it runs; counts its slots while the template is read.</summary>
internal sealed class FunctionScope(FunctionScope? outer, ContextNames context)
{
    private readonly int _depth = outer is null ? 0 : outer._depth + 1;

    public int Size { get; private set; }

    public ContextNames Context => context;

    public int NewSlot() => Size++;

    public FunctionScope Inner() => new(this, context);

    /// <summary>How many functions outwards <paramref name="other"/> is.</summary>
    public int Up(FunctionScope other) => _depth - other._depth;
}
