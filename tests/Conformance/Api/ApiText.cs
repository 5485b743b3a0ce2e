using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pipeline.Tests.Conformance.Api;

/// <summary>Writes types and members in the notation of real-api.txt.</summary>
internal sealed class ApiText
{
    private static readonly Dictionary<Type, string> Aliases = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(byte)] = "byte",
        [typeof(int)] = "int", [typeof(long)] = "long", [typeof(double)] = "double",
    };

    private static readonly string[] OfEveryObject =
        ["Equals", "GetHashCode", "ToString", "op_Equality", "op_Inequality", "Deconstruct", "<Clone>$", "PrintMembers",
            "EqualityContract", "Finalize"];

    private readonly NullabilityInfoContext nullability = new();

    /// <summary>The members a user of the type can see.</summary>
    public IEnumerable<string> Members(Type type)
    {
        const BindingFlags declared =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.IsEnum)
            return [$"{Full(type)} {{ {string.Join(", ", Enum.GetValues(type).Cast<Enum>().Select(value => $"{value}={value:D}"))} }}"];
        if (typeof(Delegate).IsAssignableFrom(type)) return [];
        return type.GetMembers(declared).Where(member => !OfEveryObject.Contains(member.Name)).Select(Member).OfType<string>();
    }

    /// <summary>Namespace.Type&lt;T&gt;.</summary>
    public static string Full(Type type) => $"{type.Namespace}.{Name(type, null, withParents: true)}";

    private string? Member(MemberInfo member) => member switch
    {
        ConstructorInfo { IsStatic: false } constructor when Visible(constructor) is { } suffix && !IsCopy(constructor) =>
            $"{Full(constructor.DeclaringType!)}.ctor({Parameters(constructor)}){suffix}",
        PropertyInfo property => Property(property),
        FieldInfo { IsLiteral: true, IsPublic: true } field =>
            $"const {Name(field.FieldType, null)} {Full(field.DeclaringType!)}.{field.Name} = {field.GetRawConstantValue()}",
        FieldInfo { IsPublic: true } field =>
            $"{(field.IsStatic ? "static " : "")}{Name(field.FieldType, null)} {Full(field.DeclaringType!)}.{field.Name}",
        MethodInfo { IsSpecialName: false } method when Visible(method) is { } suffix =>
            $"{Modifiers(method)}{Name(method.ReturnType, nullability.Create(method.ReturnParameter))} {Full(method.DeclaringType!)}."
            + $"{Generic(method)}({Parameters(method)}){suffix}",
        _ => null,
    };

    private string? Property(PropertyInfo property)
    {
        var read = property.GetMethod is { } get ? Visible(get) : null;
        var write = property.SetMethod is { } set ? Visible(set) : null;
        if (read is null && write is null) return null;
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var accessors = (read is null ? "" : "get; ") + (write is null ? "" : isInit ? "init; " : "set; ");
        var accessor = property.GetMethod ?? property.SetMethod!;
        return $"{Modifiers(accessor)}{Name(property.PropertyType, nullability.Create(property))} {Full(property.DeclaringType!)}.{property.Name} "
            + $"{{ {accessors}}}{read ?? write}";
    }

    // Null for what a user cannot see; the notation's suffix otherwise.
    private static string? Visible(MethodBase method) => method switch
    {
        { IsPublic: true } => "",
        { IsFamily: true } or { IsFamilyOrAssembly: true } => " protected",
        _ => null,
    };

    private static bool IsCopy(ConstructorInfo constructor) =>
        constructor.IsDefined(typeof(CompilerGeneratedAttribute))
        && constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType;

    private static string Modifiers(MethodInfo method)
    {
        if (method.IsStatic) return "static ";
        if (method.DeclaringType!.IsInterface) return "";
        if (method.IsAbstract) return "abstract ";
        if (method.GetBaseDefinition() != method) return "override ";
        return method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";
    }

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"{method.Name}<{string.Join(",", method.GetGenericArguments().Select(one => one.Name))}>" : method.Name;

    private string Parameters(MethodBase method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute));
        return string.Join(", ", method.GetParameters().Select(parameter =>
            (extension && parameter.Position == 0 ? "this " : "") + (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
            + $"{Name(parameter.ParameterType, nullability.Create(parameter))} {parameter.Name}{Default(parameter)}"));
    }

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : parameter.DefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? " = default"
            : " = null",
        bool flag => flag ? " = true" : " = false",
        var value => $" = {value}",
    };

    private static string Name(Type type, NullabilityInfo? info, bool withParents = false)
    {
        if (Nullable.GetUnderlyingType(type) is { } value) return $"{Name(value, null)}?";
        var mark = info is { ReadState: NullabilityState.Nullable } && (!type.IsValueType) ? "?" : "";
        if (type.IsArray) return $"{Name(type.GetElementType()!, info?.ElementType)}[]{mark}";
        if (Aliases.TryGetValue(type, out var alias)) return alias + mark;
        var isNested = withParents && type is { IsNested: true, IsGenericParameter: false };
        var name = isNested ? $"{Name(type.DeclaringType!, null, true)}.{type.Name}" : type.Name;
        if (!type.IsGenericType) return name + mark;

        // Reflection calls every unconstrained T nullable, so as an argument it is written without the mark.
        var arguments = type.GetGenericArguments().Select((one, index) =>
            Name(one, one.IsGenericParameter ? null : info?.GenericTypeArguments.ElementAtOrDefault(index)));
        return $"{name[..name.IndexOf('`')]}<{string.Join(",", arguments)}>{mark}";
    }
}
