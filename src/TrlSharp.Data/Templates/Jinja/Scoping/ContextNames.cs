namespace TrlSharp.Templates.Jinja.Scoping;

/// <summary>The names that a template reads from what its caller gives, and the functions of Jinja2 among them.</summary>
internal sealed class ContextNames
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    public IReadOnlyList<string> Names => _names;

    public Place this[string name]
    {
        get
        {
            if (!_places.TryGetValue(name, out var slot))
            {
                slot = _names.Count;
                _places.Add(name, slot);
                _names.Add(name);
            }

            return new(Place.InContext, slot);
        }
    }
}
