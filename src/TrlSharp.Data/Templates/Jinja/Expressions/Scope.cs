using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary>Variables of one block; names are interned, so that they compare by reference.</summary>
internal sealed class Scope(Scope? parent)
{
    private string[] _names = [];
    private Value[] _values = [];
    private int _count;

    public Value? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
            for (var i = scope._count - 1; i >= 0; i--)
                if (ReferenceEquals(scope._names[i], name)) return scope._values[i];
        return null;
    }

    public Scope? Parent { get; } = parent;

    public void Set(string name, Value value)
    {
        for (var i = 0; i < _count; i++)
        {
            if (!ReferenceEquals(_names[i], name)) continue;
            _values[i] = value;
            return;
        }

        if (_count == _names.Length)
        {
            var size = Math.Max(4, _count * 2);
            Array.Resize(ref _names, size);
            Array.Resize(ref _values, size);
        }

        (_names[_count], _values[_count]) = (name, value);
        _count++;
    }
}
