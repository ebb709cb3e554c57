using Mono.Cecil;
using TrlSharp.Models;
using TrlSharp.Rows;

namespace TrlSharp.Tests.Docs;

/// <summary>The folders stand in the order of the data flow, and every one uses earlier ones only.</summary>
public sealed class DependencyTests
{
    private static readonly string[] Flow =
    [
        "Rows", "Examples", "Mixtures", "Conversations", "Templates", "Tokenization", "Sequences", "Packing", "Preparation", "Cache", "Inspection",
        "Batches", "Native", "Checkpoints", "Models", "Adapters", "Generation", "Losses", "Optimization", "Training", "Sft",
    ];

    /// <summary>A model holds the adapters that were added to it, and its linear maps and tables what is added to them.</summary>
    private static readonly (string From, string To) Upwards = ("Models", "Adapters");

    [Fact]
    public void Arrows_point_one_way()
    {
        using var data = ModuleDefinition.ReadModule(typeof(RowValue).Assembly.Location);
        using var training = ModuleDefinition.ReadModule(typeof(CausalLM).Assembly.Location);
        var uses = new[] { data, training }.SelectMany(m => m.GetTypes()).SelectMany(Uses).Distinct().ToList();
        Assert.Empty(uses.Select(u => Folder(u.From)).Where(f => f is not null && !Flow.Contains(f)).Distinct());
        Assert.Empty(from use in uses
                     let folders = (From: Folder(use.From), To: Folder(use.To))
                     where folders is { From: not null, To: not null } && folders != Upwards && Array.IndexOf(Flow, folders.To) > Array.IndexOf(Flow, folders.From)
                     select $"{use.From} uses {use.To}");
    }

    /// <summary>The types that a type names in its members and their code.</summary>
    private static IEnumerable<(string From, string To)> Uses(TypeDefinition type)
    {
        IEnumerable<TypeReference?> named =
        [
            type.BaseType, .. type.Interfaces.Select(i => i.InterfaceType), .. type.Fields.Select(f => f.FieldType), .. type.Methods.Select(m => m.ReturnType),
            .. type.Methods.SelectMany(m => m.Parameters).Select(p => p.ParameterType),
            .. type.Methods.Where(m => m.HasBody).SelectMany(m => m.Body.Instructions).SelectMany(i => i.Operand switch
            {
                MethodReference method => [method.DeclaringType, method.ReturnType],
                FieldReference field => [field.DeclaringType],
                TypeReference reference => [reference],
                _ => Array.Empty<TypeReference?>(),
            }),
        ];
        return named.OfType<TypeReference>().SelectMany(WithArguments).Select(t => (Outermost(type).FullName, Outermost(t).FullName));
    }

    private static IEnumerable<TypeReference> WithArguments(TypeReference type) => type is GenericInstanceType generic ? [type, .. generic.GenericArguments.SelectMany(WithArguments)] : [type];

    private static TypeReference Outermost(TypeReference type)
    {
        type = type.GetElementType();
        while (type.DeclaringType is { } outer) type = outer;
        return type;
    }

    /// <summary>The folder of TrlSharp.Folder.….Type; null for what stands at the root and for others' types.</summary>
    private static string? Folder(string type) => type.Split('.') is ["TrlSharp", var folder, _, ..] ? folder : null;
}
