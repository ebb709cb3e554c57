using System.Runtime.InteropServices;

namespace TrlSharp.Rows;

/// <summary>Rows from columns: the record assembly of the Dremel paper, by recursion over the schema.</summary>
internal sealed class ParquetAssembly(ParquetNode[] fields, ParquetColumn[] columns)
{
    private readonly List<RowValue> _elements = [];

    /// <summary>The next row.</summary>
    public RowValue Next() => Struct(fields);

    /// <summary>Whether every column has been read to its end.</summary>
    public bool AtEnd => Array.TrueForAll(columns, c => c.AtEnd);

    private RowValue Value(ParquetNode node)
    {
        if (node.Kind == ParquetKind.Leaf) return columns[node.FirstLeaf].Next();
        var definition = columns[node.FirstLeaf].Definition;
        if (definition < node.Present) return Skip(node, RowValue.Null);
        if (node.Kind == ParquetKind.Struct) return Struct(node.Children);
        if (definition < node.Element) return Skip(node, node.Kind == ParquetKind.List ? RowValue.List() : RowValue.Map());
        return node.Kind == ParquetKind.List ? List(node) : Map(node);
    }

    private RowValue Struct(ParquetNode[] children)
    {
        var values = new KeyValuePair<string, RowValue>[children.Length];
        for (var i = 0; i < values.Length; i++) values[i] = KeyValuePair.Create(children[i].Name, Value(children[i]));
        return RowValue.Map(values);
    }

    private RowValue List(ParquetNode node)
    {
        // Elements of the lists that are being read lie one above the other, and each list takes its own from the top.
        var first = _elements.Count;
        do _elements.Add(Value(node.Children[0]));
        while (columns[node.FirstLeaf].Repetition == node.Repetition);
        RowValue[] items = [.. CollectionsMarshal.AsSpan(_elements)[first..]];
        CollectionsMarshal.SetCount(_elements, first);
        return RowValue.List(items);
    }

    private RowValue Map(ParquetNode node)
    {
        var pairs = new List<KeyValuePair<string, RowValue>>();
        do
        {
            var key = Value(node.Children[0]);
            pairs.Add(KeyValuePair.Create(key.Kind == RowValueKind.String ? key.Text : key.ToString(), Value(node.Children[1])));
        }
        while (columns[node.FirstLeaf].Repetition == node.Repetition);
        return RowValue.Map(pairs);
    }

    private RowValue Skip(ParquetNode node, RowValue value)
    {
        for (var i = 0; i < node.LeafCount; i++) columns[node.FirstLeaf + i].Skip();
        return value;
    }
}
