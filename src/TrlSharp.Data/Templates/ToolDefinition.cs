using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using TrlSharp.Rows;

namespace TrlSharp.Templates;

/// <summary>
/// A function that a model may call, in the form that chat templates read: <c>{"type": "function", "function": {"name", "description", "parameters"}}</c>,
/// the parameters as JSON Schema. Made from a .NET delegate (as <c>get_json_schema</c> of transformers makes it from a Python function) or from a schema.
/// </summary>
/// <param name="Name">What the model writes to call it.</param>
/// <param name="Description">What it does, for the model; may be empty.</param>
/// <param name="Parameters">JSON Schema of an object, one property for each parameter.</param>
public sealed record ToolDefinition(string Name, string Description, RowValue Parameters)
{
    private static readonly JsonSerializerOptions Types = new(JsonSerializerOptions.Default) { Converters = { new JsonStringEnumConverter() } };
    private static readonly JsonSchemaExporterOptions Exporting = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Complete };

    /// <summary>
    /// The definition of a .NET function. Descriptions come from <see cref="DescriptionAttribute"/> on the method, its parameters and the properties of
    /// their types; parameters without a default are required; a <see cref="CancellationToken"/> is not the model's to give and left out.
    /// </summary>
    /// <param name="function">A method, local function or lambda.</param>
    /// <param name="name">What the model writes; null: the method's name.</param>
    /// <param name="description">Null: the method's <see cref="DescriptionAttribute"/>, or nothing.</param>
    /// <exception cref="ConfigException">A lambda without <paramref name="name"/>, or a parameter type that JSON cannot hold.</exception>
    public static ToolDefinition FromDelegate(Delegate function, string? name = null, string? description = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        name ??= NameOf(function.Method);
        var properties = new List<KeyValuePair<string, RowValue>>();
        var required = new List<RowValue>();
        foreach (var parameter in function.Method.GetParameters())
        {
            if (parameter.ParameterType == typeof(CancellationToken)) continue;
            properties.Add(new(parameter.Name!, Schema(name, parameter)));
            if (!parameter.HasDefaultValue) required.Add(RowValue.Of(parameter.Name!));
        }

        var parameters = RowValue.MapOf(("type", RowValue.Of("object")), ("properties", RowValue.Map(properties)));
        return new(name, description ?? Described(function.Method), required.Count == 0 ? parameters : parameters.With("required", RowValue.List(required)));
    }

    /// <summary>The definition with a schema that was written by hand or by another program.</summary>
    /// <param name="name">What the model writes to call it.</param>
    /// <param name="description">What it does.</param>
    /// <param name="parametersSchema">JSON Schema of an object.</param>
    /// <exception cref="ConfigException">The schema is not a JSON object whose type, if it has one, is <c>object</c>.</exception>
    public static ToolDefinition FromSchema(string name, string description, string parametersSchema)
    {
        ArgumentNullException.ThrowIfNull(parametersSchema);
        RowValue schema;
        try
        {
            schema = RowValue.Parse(parametersSchema);
        }
        catch (DataException e)
        {
            throw new ConfigException($"The parameters of tool \"{name}\" are no JSON: {e.Message}", e);
        }

        return schema.Kind == RowValueKind.Map && (schema.Find("type") is not { } type || (type.Kind == RowValueKind.String && type.Text == "object"))
            ? new(name, description, schema)
            : throw new ConfigException($"The parameters of tool \"{name}\" must be the JSON Schema of an object; they are {parametersSchema}.");
    }

    /// <summary>Definitions as <see cref="RenderRequest.Tools"/> takes them.</summary>
    public static RowValue List(params IEnumerable<ToolDefinition> tools) => RowValue.List([.. tools.Select(tool => tool.ToRowValue())]);

    /// <summary>The form that templates read, keys in the order of transformers.</summary>
    public RowValue ToRowValue() => RowValue.MapOf(
        ("type", RowValue.Of("function")), ("function", RowValue.MapOf(("name", RowValue.Of(Name)), ("description", RowValue.Of(Description)), ("parameters", Parameters))));

    private static RowValue Schema(string tool, ParameterInfo parameter)
    {
        try
        {
            var schema = RowValue.Parse(Types.GetJsonSchemaAsNode(parameter.ParameterType, Exporting).ToJsonString());
            if (schema.Kind != RowValueKind.Map) schema = RowValue.Map(); // "true": anything
            return Described(parameter) is { Length: > 0 } text ? schema.With("description", RowValue.Of(text)) : schema;
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw new ConfigException($"Parameter {parameter.Name} of tool \"{tool}\" has the type {parameter.ParameterType}, which JSON cannot hold: {e.Message}", e);
        }
    }

    /// <summary>Enumerations are strings, which templates ask for by <c>type</c>; properties bring their descriptions.</summary>
    private static JsonNode Complete(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (schema is not JsonObject map) return schema;
        if (map.ContainsKey("enum") && !map.ContainsKey("type")) map.Insert(0, "type", "string");
        var text = context.PropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: true).OfType<DescriptionAttribute>().FirstOrDefault()?.Description;
        if (!string.IsNullOrEmpty(text)) map["description"] = text;
        return map;
    }

    private static string Described(ICustomAttributeProvider member) =>
        member.GetCustomAttributes(typeof(DescriptionAttribute), inherit: true).OfType<DescriptionAttribute>().FirstOrDefault()?.Description ?? "";

    /// <summary>The compiler calls a local function <c>&lt;Outer&gt;g__name|0_0</c>, and a lambda nothing that a model could write.</summary>
    private static string NameOf(MethodInfo method)
    {
        if (!method.Name.Contains('<', StringComparison.Ordinal)) return method.Name;
        var start = method.Name.IndexOf("g__", StringComparison.Ordinal);
        return start < 0
            ? throw new ConfigException("A lambda has no name that a model could call; give ToolDefinition.FromDelegate a name.")
            : method.Name[(start + 3)..method.Name.IndexOf('|', start)];
    }
}
